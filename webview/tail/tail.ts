import { abortReason, delay, onAbort } from '../../src/base/abort.ts';
import type { Disposes } from '../../src/base/disposables.ts';
import { LogError, type ErrorCode } from '../../src/model/errors.ts';
import type { LogPage, TailState } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { Position } from '../../src/model/query.ts';
import type { CallOptions } from '../../src/model/source.ts';

/** How a log that may still grow is kept up with. */
export type LiveState =
  | Exclude<TailState, { readonly kind: 'catchingUp' }>
  /** `behind`: lines known to be there that have not been heard of yet, when the source counts. */
  | { readonly kind: 'catchingUp'; readonly behind?: number }
  | { readonly kind: 'ended' }
  /** Trying again would not help; the user may. */
  | { readonly kind: 'stopped'; readonly error: LogError };

export interface TailOwner {
  tail(position: Position, options: CallOptions): AsyncIterable<LogPage>;
  /** Reads the newest page, to go on from there when far behind; absent where lines between could not be read later. */
  readonly readEnd?: ((options: CallOptions) => Promise<LogPage>) | undefined;
  arrived(page: LogPage): void;
  changed(state: LiveState): void;
}

/** So far behind that reading every line, page by page, would only delay the newest. */
const farBehind = 2_000;
const catchingUp = 5_000;
const hopeless: ReadonlySet<ErrorCode> = new Set([
  'notFound',
  'invalidPointer',
  'invalidRequest',
  'unauthorized',
  'forbidden',
  'closed',
]);

/** Pulls what is written to a log from a pointer on, and begins again where it stopped when the stream breaks. */
export class Tail implements Disposes {
  readonly #owner: TailOwner;
  readonly #ended = new AbortController();
  #retry = new AbortController();
  #stream = new AbortController();
  #from: Pointer;
  #attempts = 0;
  /** What the source last said of how it keeps up. */
  #told: TailState = { kind: 'live' };

  constructor(owner: TailOwner, from: Pointer) {
    this.#owner = owner;
    this.#from = from;
    void this.#run();
  }

  /** Tries again now instead of when the waiting is over, be it ours or the source's own. */
  retry(): void {
    this.#retry.abort();
    if (this.#told.kind !== 'live') this.#stream.abort(new LogError('closed', 'Begins again.'));
  }

  dispose(): void {
    this.#ended.abort();
  }

  #isOver(): boolean {
    return this.#ended.signal.aborted;
  }

  async #run(): Promise<void> {
    this.#owner.changed({ kind: 'live' });
    while (!this.#isOver()) {
      try {
        if (await this.#pull()) {
          this.#owner.changed({ kind: 'ended' });
          return;
        }
      } catch (error) {
        if (!this.#isOver()) await this.#pause(LogError.from(error));
      }
    }
  }

  /** True when the log has ended; false when reading must begin again, here or elsewhere. */
  async #pull(): Promise<boolean> {
    this.#stream = new AbortController();
    this.#told = { kind: 'live' };
    const { signal } = this.#stream;
    const forget = onAbort(this.#ended.signal, () => {
      this.#stream.abort(abortReason(this.#ended.signal));
    });
    try {
      for await (const page of this.#owner.tail({ at: 'after', pointer: this.#from }, { signal })) {
        if (this.#take(page)) return true;
        const behind = behindOf(page);
        const { readEnd } = this.#owner;
        if (readEnd && behind > farBehind) return await this.#jump(readEnd, page.total);
        this.#owner.changed(behind > catchingUp ? { kind: 'catchingUp', behind } : this.#told);
      }
    } catch (error) {
      if (signal.aborted && !this.#isOver()) return false;
      throw error;
    } finally {
      forget();
      this.#stream.abort(new LogError('closed', 'No longer read.'));
    }
    throw new LogError('unavailable', 'The stream broke off.');
  }

  /** Goes to the end, and there again while it runs away meanwhile. True when the log has ended. */
  async #jump(readEnd: NonNullable<TailOwner['readEnd']>, known: number | undefined): Promise<boolean> {
    let before = known ?? 0;
    for (;;) {
      const page = await readEnd({ signal: this.#ended.signal });
      if (this.#take(page)) return true;
      const { total = 0 } = page;
      if (total - before <= farBehind) return false;
      before = total;
    }
  }

  #take(page: LogPage): boolean {
    if (this.#isOver()) throw abortReason(this.#ended.signal);
    this.#attempts = 0;
    this.#from = page.newer;
    if (page.state) this.#told = page.state;
    // A page that only tells how the source keeps up holds nothing for the rows.
    if (page.lines.count > 0 || page.gap || page.complete || !page.state) this.#owner.arrived(page);
    return page.complete;
  }

  /** The source has tried again by itself, told so, and says now that it is in vain. */
  #hasGivenUp({ code }: LogError): boolean {
    return code === 'unavailable' && (this.#told.kind === 'polling' || this.#told.kind === 'reconnecting');
  }

  async #pause(error: LogError): Promise<void> {
    this.#retry = new AbortController();
    const forget = onAbort(this.#ended.signal, () => {
      this.#retry.abort();
    });
    if (hopeless.has(error.code) || this.#hasGivenUp(error)) {
      this.#owner.changed({ kind: 'stopped', error });
      await new Promise<void>((resolve) => onAbort(this.#retry.signal, resolve));
    } else {
      const wait = backoff(this.#attempts++);
      this.#owner.changed({ kind: 'reconnecting', at: Date.now() + wait, why: error.message });
      await delay(wait, this.#retry.signal).catch(() => undefined);
    }
    forget();
    if (!this.#isOver()) this.#owner.changed({ kind: 'live' });
  }
}

/** From half a second to half a minute, never all at the same moment. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return Math.min(30_000, 500 * 2 ** attempt) * (0.75 + random() / 2);
}

function behindOf({ lines, firstLine, total }: LogPage): number {
  if (total === undefined || firstLine === undefined || lines.count === 0) return 0;
  return Math.max(0, total - (firstLine + lines.count - 1));
}
