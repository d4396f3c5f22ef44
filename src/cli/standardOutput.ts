import { writev } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const write = promisify(writev);

export type Descriptor = 1 | 2;

/** More than this waiting makes the writer wait; in bytes. */
const enough = 1 << 20;

/**
 * Our own stdout and stderr, written in the order given and never on the main thread: a reader that stops, `less` say,
 * must not stop the recording's clock or Ctrl-C.
 */
export class StandardOutput {
  readonly #gone = new Map<Descriptor, AbortController>([
    [1, new AbortController()],
    [2, new AbortController()],
  ]);
  #waiting: { fd: Descriptor; bytes: Uint8Array }[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;

  /** Aborted when nobody reads stdout any longer. */
  get gone(): AbortSignal | undefined {
    return this.#gone.get(1)?.signal;
  }

  /** When the result is a promise, wait for it before giving more. The bytes must not change. */
  write(fd: Descriptor, bytes: Uint8Array): Promise<void> | undefined {
    this.#waiting.push({ fd, bytes });
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#writeAll();
    return this.#waitingBytes > enough ? this.#writing : undefined;
  }

  /** Resolves when all is written, or cannot be. */
  async end(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const { fd } = this.#waiting[0] ?? { fd: 1 };
      const other = this.#waiting.findIndex((next) => next.fd !== fd);
      const batch = this.#waiting.splice(0, Math.min(other < 0 ? this.#waiting.length : other, 512));
      const bytes = batch.map((next) => next.bytes);
      this.#waitingBytes -= bytes.reduce((sum, { length }) => sum + length, 0);
      await this.#writeBytes(fd, bytes);
    }
    this.#writing = undefined;
  }

  async #writeBytes(fd: Descriptor, bytes: readonly Uint8Array[]): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && !this.#gone.get(fd)?.signal.aborted) {
      try {
        const { bytesWritten } = await write(fd, rest);
        rest = after(rest, bytesWritten);
      } catch (error) {
        // Somebody else made it non-blocking.
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') await pause(5);
        else this.#gone.get(fd)?.abort();
      }
    }
  }
}

function after(bytes: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  for (const [index, part] of bytes.entries()) {
    if (left < part.length) return [part.subarray(left), ...bytes.slice(index + 1)];
    left -= part.length;
  }
  return [];
}
