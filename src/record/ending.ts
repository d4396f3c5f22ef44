import type { ChildProcess } from 'node:child_process';
import { onAbort } from '../base/abort.ts';
import { Interruption, type Stop } from './stop.ts';

/** How long a process has to end by itself once it was asked to, in milliseconds. */
const graceToEnd = 10_000;

/** Sees to it that a process ends: when it takes too long, when it is asked to stop, when nobody waits any longer. */
export class Ending {
  readonly #child: ChildProcess;
  readonly #ownGroup: boolean;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #forget: (() => void)[];
  #askedAt: number | undefined;
  #timedOut = false;
  #exited = false;

  /** `timeout` in milliseconds. With `ownGroup`, the process leads a group that is ended as a whole. */
  constructor(child: ChildProcess, options: { ownGroup: boolean; timeout?: number | undefined }, stop: Stop) {
    this.#child = child;
    this.#ownGroup = options.ownGroup;
    if (options.timeout !== undefined) {
      this.#after(options.timeout, () => {
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
        this.#send('SIGKILL');
      }),
    ];
  }

  /** To be told when the process has ended. Somebody who pressed Ctrl-C long ago, in a shell say, did not stop it. */
  exited(): { timedOut: boolean; stopped: boolean } {
    this.#exited = true;
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
    else if (this.#ownGroup) this.#end(reason.signal);
    else if (!reason.fromTerminal) this.#send(reason.signal);
  }

  #end(signal: NodeJS.Signals): void {
    this.#send(signal);
    this.#after(graceToEnd, () => {
      this.#send('SIGKILL');
    });
  }

  #send(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (!this.#ownGroup) {
      if (!this.#exited) this.#child.kill(signal);
      return;
    }
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // Nobody of the group is left.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  #after(milliseconds: number, action: () => void): void {
    this.#timers.push(setTimeout(action, milliseconds));
  }
}
