import { mkdir, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { News } from '../../base/news.ts';
import { LogError } from '../../model/errors.ts';
import { newExecutionId } from '../executionId.ts';
import type { SpooledCall } from './calls.ts';
import { encodeFrame } from './frames.ts';
import { Segment, segmentHead } from './segment.ts';
import { SpoolLock } from './spoolLock.ts';

/** A segment is not made larger than about this, so that what was sent frees its room; in bytes. */
const fullSegment = 64 * 1_048_576;
/** What is sent at once: as many lines as one request takes. */
const windowBytes = 1_048_576;
const aboutFile = 'about.json';
const refusalFile = 'refused.txt';

/** Calls that belong together on their way out, and where they end. */
export interface Window {
  readonly calls: readonly SpooledCall[];
  readonly segment: Segment;
  readonly end: number;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly done: PromiseWithResolvers<undefined>;
}

/** Calls for a sink on disk, in a folder of their own: written at one end, sent from the other. */
export class Spool {
  readonly folder: string;
  /** The connection that it goes to. */
  readonly to: string;
  readonly #lock: SpoolLock;
  readonly #full: number;
  readonly #segments: Segment[];
  readonly #news = new News();
  readonly #sizes: { written: number; sent: number };
  #offset: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #complete: boolean;

  private constructor(
    folder: string,
    to: string,
    lock: SpoolLock,
    segments: Segment[],
    { complete, full }: { readonly complete: boolean; readonly full: number },
  ) {
    this.#full = full;
    this.folder = folder;
    this.to = to;
    this.#lock = lock;
    this.#segments = segments;
    this.#complete = complete;
    this.#offset = segments[0]?.unsent ?? 0;
    const all = segments.reduce((sum, { size }) => sum + size, 0);
    this.#sizes = { written: all, sent: this.#offset };
  }

  /** Makes an empty one within `parent`; `full` is the size in bytes from which a further file is begun. Throws unavailable when that cannot be written to. */
  static async create(parent: string, to: string, full = fullSegment): Promise<Spool> {
    const folder = join(parent, newExecutionId());
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const lock = await SpoolLock.take(folder);
      if (!lock) throw new Error('somebody else uses it');
      await writeFile(join(folder, aboutFile), JSON.stringify({ to }), { mode: 0o600, flush: true });
      const first = await Segment.create(join(folder, segmentName(1)));
      for (const one of [folder, parent]) await syncFolder(one);
      return new Spool(folder, to, lock, [first], { complete: false, full });
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      const remedy = 'Set EXECLOGS_HOME to a folder that can be written to.';
      throw new LogError('unavailable', `Nothing can be spooled in ${folder}: ${words}. ${remedy}`, { cause: error });
    }
  }

  /** Opens what somebody left. Undefined when it is no spool, or in use. */
  static async open(folder: string): Promise<Spool | undefined> {
    const to = await addressOf(folder);
    const lock = to === undefined ? undefined : await SpoolLock.take(folder);
    if (to === undefined || !lock) return undefined;
    const names = await segmentNames(folder);
    const segments = await Promise.all(names.map((name) => Segment.open(join(folder, name))));
    return new Spool(folder, to, lock, segments, { complete: true, full: fullSegment });
  }

  /** Bytes that are not sent yet. */
  get unsent(): number {
    return this.#sizes.written - this.#sizes.sent;
  }

  /** When it has resolved, the call survives kill -9 and power loss. Calls keep their order. */
  async append(call: SpooledCall): Promise<void> {
    const done = Promise.withResolvers<undefined>();
    this.#waiting.push({ frame: encodeFrame(call), done });
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await done.promise;
  }

  /** Nothing more is appended. */
  async complete(): Promise<void> {
    await this.#writing;
    this.#complete = true;
    this.#news.tell();
  }

  /**
   * What is to be sent next, when it is there; undefined when all is sent and nothing more will come. Throws `internal`
   * where the spool is damaged, and keeps it.
   */
  async next(signal: AbortSignal): Promise<Window | undefined> {
    for (;;) {
      const { mark } = this.#news;
      const [segment, following] = this.#segments;
      if (!segment) return undefined;
      const { calls, end } = await windowFrom(segment, this.#offset);
      if (calls.length > 0) return { calls, segment, end };
      await this.#checkEnd(segment, following);
      if (following) await this.#leave(segment, following);
      else if (this.#complete) return undefined;
      else await this.#news.since(mark, signal);
    }
  }

  async sent({ segment, end }: Window): Promise<void> {
    this.#sizes.sent += end - this.#offset;
    this.#offset = end;
    await segment.noteSent(end);
  }

  /** Keeps why it was refused, so that it is not offered again unasked. */
  async noteRefusal(words: string): Promise<void> {
    await writeFile(join(this.folder, refusalFile), `${words}\n`);
  }

  /** Lets go of it; what is not sent stays. */
  async close(): Promise<void> {
    await this.#writing;
    await Promise.all(this.#segments.map((segment) => segment.close()));
    await this.#lock.release();
  }

  /** As `close`, and removes it. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Throws unless all that a segment ever held was read. */
  async #checkEnd(segment: Segment, following: Segment | undefined): Promise<void> {
    if (this.#offset < segment.size && (following || !(await segment.isCutShort(this.#offset))))
      throw damaged(`${segment.path} cannot be read from byte ${this.#offset} on`, this.unsent);
    if (following && numberOf(following) !== numberOf(segment) + 1)
      throw damaged(`${join(this.folder, segmentName(numberOf(segment) + 1))} is missing`, this.unsent);
  }

  /** Calls that come while others are written are written together. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        const segment = await this.#open();
        const before = segment.size;
        await segment.append(waiting.map(({ frame }) => frame));
        this.#sizes.written += segment.size - before;
        for (const { done } of waiting) done.resolve(undefined);
      } catch (error) {
        for (const { done } of waiting) done.reject(error);
      }
      this.#news.tell();
    }
  }

  /** The segment that is written to. */
  async #open(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last && last.size < this.#full) return last;
    const segment = await Segment.create(join(this.folder, segmentName(numberOf(last) + 1)));
    await syncFolder(this.folder);
    this.#sizes.written += segment.size;
    this.#segments.push(segment);
    return segment;
  }

  async #leave(segment: Segment, following: Segment): Promise<void> {
    this.#sizes.sent += segment.size - this.#offset + following.unsent;
    this.#offset = following.unsent;
    this.#segments.shift();
    await segment.close();
    await rm(segment.path, { force: true });
  }
}

function damaged(how: string, unsent: number): LogError {
  return new LogError('internal', `The spool is damaged: ${how}. What comes there, ${unsent} bytes, is not sent.`);
}

/** Whether it was refused when it was last offered. */
export async function wasRefused(folder: string): Promise<boolean> {
  return readFile(join(folder, refusalFile)).then(
    () => true,
    () => false,
  );
}

/** Lines up to what one request takes, or one call of another kind. */
async function windowFrom(segment: Segment, from: number): Promise<{ calls: SpooledCall[]; end: number }> {
  const calls: SpooledCall[] = [];
  let end = from;
  for (let bytes = 0; bytes < windowBytes;) {
    const read = await segment.read(end);
    if (!read || (calls.length > 0 && read.spooled.call !== 'append')) break;
    calls.push(read.spooled);
    end = read.next;
    bytes += read.size;
    if (read.spooled.call !== 'append') break;
  }
  return { calls, end };
}

/** The connection that a spool goes to; undefined when it is none. */
export async function addressOf(folder: string): Promise<string | undefined> {
  try {
    const about: unknown = JSON.parse(await readFile(join(folder, aboutFile), 'utf8'));
    if (typeof about !== 'object' || about === null || !('to' in about)) return undefined;
    return typeof about.to === 'string' ? about.to : undefined;
  } catch {
    // It was being made, or its description was damaged.
    return undefined;
  }
}

/** Whether anything was written to a spool. */
export async function hasCalls(folder: string): Promise<boolean> {
  const names = await segmentNames(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.some((size) => size > segmentHead);
}

async function segmentNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.calls')).toSorted();
}

function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.calls`;
}

function numberOf(segment: Segment | undefined): number {
  return Number(/(\d+)\.calls$/.exec(segment?.path ?? '')?.[1] ?? 0);
}

/** Makes the names of files in a folder outlive a power loss, where the platform can. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}
