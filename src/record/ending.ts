import { onAbort } from '../base/abort.ts';
import type { SignalTarget } from './signalTarget.ts';
import { Interruption, type Stop } from './stop.ts';

/** How long a process has to end by itself once it was asked to, in milliseconds. */
const graceToEnd = 10_000;

/** Sees to it that a process ends: when it takes too long, when it is asked to stop, when nobody waits any longer. */
export class Ending {
  readonly #target: SignalTarget;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #forget: (() => void)[];
  #askedAt: number | undefined;
  #timedOut = false;

  /** `timeout` in milliseconds. */
  constructor(target: SignalTarget, timeout: number | undefined, stop: Stop) {
    this.#target = target;
    if (timeout !== undefined) {
      this.#after(timeout, () => {
        this.#timedOut = true;
        this.#end('SIGTERM');
      });
    }
    this.#forget = [
      onAbort(stop.ask, () => {
        this.#ask(stop.ask.reason);
      }),
      onAbort(stop.kill, () => {
        this.#askedAt = Date.now();
        this.#target.send('SIGKILL');
      }),
    ];
  }

  /** To be told when the process has ended. Somebody who pressed Ctrl-C long ago, in a shell say, did not stop it. */
  exited(): { timedOut: boolean; stopped: boolean } {
    const stopped = this.#askedAt !== undefined && Date.now() - this.#askedAt <= graceToEnd + 1_000;
    return { timedOut: this.#timedOut, stopped };
  }

  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const forget of this.#forget) forget();
  }

  #ask(reason: unknown): void {
    this.#askedAt = Date.now();
    if (!(reason instanceof Interruption)) this.#end('SIGTERM');
    else if (!this.#target.inForeground) this.#end(reason.signal);
    else if (!reason.fromTerminal) this.#target.send(reason.signal);
  }

  #end(signal: NodeJS.Signals): void {
    this.#target.send(signal);
    this.#after(graceToEnd, () => {
      this.#target.send('SIGKILL');
    });
  }

  #after(milliseconds: number, action: () => void): void {
    this.#timers.push(setTimeout(action, milliseconds));
  }
}
