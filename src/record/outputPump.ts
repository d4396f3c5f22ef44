import type { Readable } from 'node:stream';
import { onAbort } from '../base/abort.ts';

/** Takes what a process writes. */
export interface Output {
  /** Aborted when nobody reads any longer: then the process is to feel that, as it would without us. */
  readonly gone?: AbortSignal;
  /** When the result is a promise, nothing more is given before it has resolved. */
  write(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> | undefined;
}

/** How long what a finished process left running may keep its output open without writing, in milliseconds. */
const usualGrace = 2_000;

/** Carries what a process writes to an output, no faster than that takes it. */
export class OutputPump {
  readonly #streams: Readable[] = [];
  readonly #allClosed: Promise<unknown>;
  readonly #grace: number;
  #held = 0;
  #lastRead = Date.now();

  constructor(
    from: { readonly stdout: Readable | null; readonly stderr: Readable | null },
    output: Output,
    graceToClose = usualGrace,
  ) {
    this.#grace = graceToClose;
    const closed: Promise<void>[] = [];
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = from[name];
      if (!stream) continue;
      this.#streams.push(stream);
      closed.push(this.#pump(stream, name, output));
    }
    this.#allClosed = Promise.all(closed);
    onAbort(output.gone, () => {
      this.#close();
    });
  }

  /**
   * To be asked when the process has ended. Resolves with true at the end of its output, with false when something
   * else holds that open: then it has been let go.
   */
  async closed(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      const look = () => {
        const quiet = Date.now() - this.#lastRead;
        if (this.#held === 0 && quiet >= this.#grace) resolve(false);
        else timer = setTimeout(look, this.#grace - (this.#held === 0 ? quiet : 0));
      };
      timer = setTimeout(look, this.#grace);
    });
    const inTime = await Promise.race([this.#allClosed.then(() => true), late]);
    clearTimeout(timer);
    if (!inTime) this.#close();
    return inTime;
  }

  #close(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  #pump(from: Readable, name: 'stdout' | 'stderr', output: Output): Promise<void> {
    from.on('data', (chunk: Buffer) => {
      this.#lastRead = Date.now();
      const wait = output.write(name, chunk);
      if (!wait) return;
      this.#held++;
      from.pause();
      void wait.then(() => {
        this.#held--;
        from.resume();
      });
    });
    return new Promise((resolve) => {
      from.once('close', resolve);
      // A pipe that breaks has ended; 'close' follows.
      from.on('error', () => undefined);
    });
  }
}
