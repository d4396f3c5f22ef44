import type { LogError } from '../model/errors.ts';
import type { BodyShare } from './bodyRoom.ts';
import { refusal } from './errorTable.ts';
import type { HttpRequest } from './request.ts';

export interface BodyLimits {
  /** Bytes of a body that has to be there whole before it means anything. Default 32 MiB. */
  readonly bytes?: number;
  /** Bytes of all bodies together that are being read or dealt with. Default 256 MiB. */
  readonly together?: number;
  /** How long the next part of such a body may take, in milliseconds. Default 30 s. */
  readonly silence?: number;
  /** How long a stream of lines may be silent, in milliseconds: what is recorded may have nothing to say. Default 15 min. */
  readonly streamSilence?: number;
}

const defaults = { bytes: 32 * 1_048_576, silence: 30_000, streamSilence: 900_000 } as const;

const lineFeed = 10;
const whole = ['application/json'];
/** Lines are taken as they come and never held together, so there may be any number of them. */
const streamed = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'];

/** The longest line that whoever reads a stream keeps until its end has come, in bytes. */
const longestLine = 8 * 1_048_576;

/**
 * The body of a request, no larger and no slower than allowed. `waits` is called from time to time while nothing comes.
 * Throws a refusal at once for what is announced to be too large or in a form that nobody reads; reading throws
 * throttled when `share` finds no room. What a whole body holds it holds until its share is released.
 */
export function bodyOf(
  request: HttpRequest,
  limits: BodyLimits,
  share: BodyShare,
  waits: () => void,
): AsyncIterable<Uint8Array> {
  const length = Number(request.header('content-length') ?? 0);
  if (length === 0 && request.header('transfer-encoding') === undefined) return request.body;
  const encoding = request.header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity')
    throw refusal(415, 'A body cannot be compressed here. Send it as it is, without Content-Encoding.');
  const isStream = checkType(request.header('content-type'));
  const most = isStream ? Number.POSITIVE_INFINITY : (limits.bytes ?? defaults.bytes);
  if (length > most) throw tooLarge(most);
  const silence = isStream ? (limits.streamSilence ?? defaults.streamSilence) : (limits.silence ?? defaults.silence);
  const parts = received(request.body, most, silence, waits);
  return isStream ? heldByLine(parts, share) : heldTogether(parts, share);
}

/** Whether a body of this type is a stream. */
function checkType(header: string | undefined): boolean {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== undefined && streamed.includes(type)) return true;
  if (type !== undefined && whole.includes(type)) return false;
  throw refusal(
    415,
    'A body of this type is not understood. Send Content-Type: application/json or application/x-ndjson.',
  );
}

async function* received(
  body: AsyncIterable<Uint8Array>,
  most: number,
  silence: number,
  waits: () => void,
): AsyncGenerator<Uint8Array, void> {
  const parts = body[Symbol.asyncIterator]();
  const patience = new Patience(silence, waits);
  let bytes = 0;
  try {
    for (;;) {
      const part = await patience.wait(parts.next());
      if (part.done) return;
      bytes += part.value.length;
      if (bytes > most) throw tooLarge(most);
      yield part.value;
    }
  } finally {
    patience.dispose();
    // It may wait for what never comes, and is not waited for.
    parts.return?.().catch(() => undefined);
  }
}

async function* heldTogether(parts: AsyncIterable<Uint8Array>, share: BodyShare): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const part of parts) {
    bytes += part.length;
    share.hold(bytes);
    yield part;
  }
}

/** Of a stream there is a part at a time, and the line before it whose end has not come. */
async function* heldByLine(parts: AsyncIterable<Uint8Array>, share: BodyShare): AsyncGenerator<Uint8Array, void> {
  let open = 0;
  for await (const part of parts) {
    share.hold(open + part.length);
    yield part;
    const end = part.lastIndexOf(lineFeed);
    open = Math.min(longestLine, end < 0 ? open + part.length : part.length - end - 1);
    share.hold(open);
  }
}

/** How often `waits` is called. */
const tick = 10_000;

/** Waits for parts of a body, but not for ever: one timer for the whole of it. */
class Patience {
  readonly #silence: number;
  readonly #waits: () => void;
  readonly #timer: NodeJS.Timeout;
  #since = 0;
  #giveUp: ((error: LogError) => void) | undefined;

  constructor(silence: number, waits: () => void) {
    this.#silence = silence;
    this.#waits = waits;
    this.#timer = setInterval(() => this.#look(), Math.min(tick, silence)).unref();
  }

  async wait<T>(part: Promise<T>): Promise<T> {
    this.#since = performance.now();
    const late = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    try {
      return await Promise.race([part, late]);
    } finally {
      this.#giveUp = undefined;
    }
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (!this.#giveUp) return;
    const silent = performance.now() - this.#since;
    if (silent >= this.#silence) this.#giveUp(refusal(408, 'The rest of the body did not come. Send it again.'));
    else this.#waits();
  }
}

function tooLarge(most: number): LogError {
  return refusal(413, `The body is larger than ${most} bytes. Send less at once, or lines as application/x-ndjson.`);
}
