import { onAbort } from '../../base/abort.ts';
import type { ViewCommand } from '../../bridge/logHost.ts';

/** What the editor wants of a view, until the view reads it. One reader at a time. */
export class CommandQueue {
  #waiting: ViewCommand[] = [];
  #wake: () => void = () => undefined;

  push(command: ViewCommand): void {
    this.#waiting.push(command);
    this.#wake();
  }

  /** Forgets what a view that is gone has not read. */
  clear(): void {
    this.#waiting = [];
  }

  /** Ends when `signal` aborts. */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<ViewCommand, void> {
    while (!signal?.aborted) {
      const command = this.#waiting.shift();
      if (command) yield command;
      else await this.#news(signal);
    }
  }

  async #news(signal: AbortSignal | undefined): Promise<void> {
    let forget = (): void => undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      forget = onAbort(signal, resolve);
    });
    forget();
  }
}
