import { open, type FileHandle } from 'node:fs/promises';
import { LogError } from '../../model/errors.ts';
import type { SpooledCall } from './calls.ts';
import { decodeFrame, frameHead, frameMark, longestFrame, readFrameHead } from './frames.ts';

/** What every segment begins with; then 8 bytes say up to where it was sent. */
const magic = new TextEncoder().encode('execlogs spool 1');
/** How long a segment without calls is, in bytes. */
export const segmentHead = magic.length + 8;
/** How much is searched at once for a whole call behind what is damaged, in bytes. */
const searched = 1_048_576;

/** One file of a spool: calls one after another, and how far they were sent. */
export class Segment {
  readonly path: string;
  readonly #file: FileHandle;
  /** Up to here it is whole. */
  #end: number;
  /** Where what has not been sent begins. */
  readonly unsent: number;

  private constructor(path: string, file: FileHandle, end: number, unsent: number) {
    this.path = path;
    this.#file = file;
    this.#end = end;
    this.unsent = unsent;
  }

  static async create(path: string): Promise<Segment> {
    const file = await open(path, 'wx+', 0o600);
    await file.write(Buffer.concat([magic, new Uint8Array(8)]), 0, segmentHead, 0);
    await file.datasync();
    return new Segment(path, file, segmentHead, segmentHead);
  }

  /** Opens one that somebody else wrote, and may not have written to its end. */
  static async open(path: string): Promise<Segment> {
    const file = await open(path, 'r+');
    const bytes = Buffer.alloc(segmentHead);
    const { bytesRead } = await file.read(bytes, 0, segmentHead, 0);
    const { size } = await file.stat();
    // One that does not begin so has no calls; from its first byte on there is only what cannot be read.
    if (bytesRead < segmentHead || !bytes.subarray(0, magic.length).equals(magic))
      return new Segment(path, file, size, 0);
    const sent = Number(bytes.readBigUInt64LE(magic.length));
    return new Segment(path, file, size, sent >= segmentHead && sent <= size ? sent : segmentHead);
  }

  get size(): number {
    return this.#end;
  }

  /** When it has resolved, the frames survive kill -9 and power loss. Throws unavailable, and is as before then. */
  async append(frames: readonly Uint8Array[]): Promise<void> {
    try {
      const { bytesWritten } = await this.#file.writev(frames, this.#end);
      const size = frames.reduce((sum, { length }) => sum + length, 0);
      if (bytesWritten < size) throw new Error('the disk is full');
      await this.#file.datasync();
      this.#end += size;
    } catch (error) {
      await this.#file.truncate(this.#end).catch(() => undefined);
      const words = error instanceof Error ? error.message : String(error);
      throw new LogError('unavailable', `The spool ${this.path} cannot be written: ${words}.`, { cause: error });
    }
  }

  /** The call at an offset and the offset behind it; undefined where nothing whole follows. */
  async read(offset: number): Promise<{ spooled: SpooledCall; next: number; size: number } | undefined> {
    if (offset < segmentHead || offset + frameHead > this.#end) return undefined;
    const first = await this.#bytes(offset, frameHead);
    const { length, checksum } = readFrameHead(first);
    const next = offset + frameHead + length;
    if (length > longestFrame || next > this.#end) return undefined;
    const spooled = decodeFrame(await this.#bytes(offset + frameHead, length), checksum);
    return spooled && { spooled, next, size: length };
  }

  /**
   * Whether what follows where `read` found nothing whole was never acknowledged: it was being written when everything
   * stopped. Anything else, a whole call behind it say, means that the file was damaged.
   */
  async isCutShort(offset: number): Promise<boolean> {
    const rest = this.#end - offset;
    if (offset === 0) return rest < segmentHead || (await this.#isUnwritten(rest));
    if (rest < frameHead) return true;
    const { length } = readFrameHead(await this.#bytes(offset, frameHead));
    const isShort = length <= longestFrame && offset + frameHead + length > this.#end;
    return (isShort || (await this.#isUnwritten(rest))) && !(await this.#hasCallBehind(offset));
  }

  /** Remembers how far it was sent. What is forgotten of that is sent once more and changes nothing. */
  async noteSent(offset: number): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(offset));
    await this.#file.write(bytes, 0, 8, magic.length);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** Zeros stand where bytes never reached the disk. */
  async #isUnwritten(rest: number): Promise<boolean> {
    const length = Math.min(rest, frameHead);
    return (await this.#bytes(this.#end - length, length)).every((byte) => byte === 0);
  }

  async #hasCallBehind(offset: number): Promise<boolean> {
    const { bytes: mark, at } = frameMark;
    for (let from = offset + at + 1; from < this.#end; from += searched - mark.length + 1) {
      const block = Buffer.from(await this.#bytes(from, Math.min(searched, this.#end - from)));
      for (let found = block.indexOf(mark); found >= 0; found = block.indexOf(mark, found + 1))
        if (await this.read(from + found - at)) return true;
    }
    return false;
  }

  async #bytes(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let read = 0; read < length;) {
      const { bytesRead } = await this.#file.read(bytes, read, length - read, offset + read);
      if (bytesRead === 0) throw new LogError('unavailable', `The spool ${this.path} has become shorter.`);
      read += bytesRead;
    }
    return bytes;
  }
}
