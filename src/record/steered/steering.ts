import type { Writable } from 'node:stream';
import type { SignalTarget } from '../signalTarget.ts';
import type { SteeredOutput } from './steeredOutput.ts';

/** How long a shell may take to do what it is told before who connects us with it is killed, in milliseconds. */
const graceToHear = 2_000;

/** Ends what a steered shell runs: by telling the shell once that has begun, until then by ending who is to start it. */
export class Steering implements SignalTarget, Disposable {
  readonly inForeground = false;
  readonly #stdin: Writable | null;
  readonly #starter: SignalTarget;
  readonly #shell: SteeredOutput;
  #timer: NodeJS.Timeout | undefined;

  constructor(stdin: Writable | null, starter: SignalTarget, shell: SteeredOutput) {
    this.#stdin = stdin;
    this.#starter = starter;
    this.#shell = shell;
    // Whoever was to read it has ended; how is known from its exit.
    stdin?.on('error', () => undefined);
  }

  begin(script: string): void {
    this.#stdin?.write(script);
  }

  send(signal: NodeJS.Signals): void {
    if (!this.#shell.begun || this.#shell.exitCode !== undefined) {
      this.leave(signal === 'SIGKILL' ? signal : 'SIGTERM');
      return;
    }
    this.#stdin?.write(`${signal.slice('SIG'.length)}\n`);
    if (signal === 'SIGKILL') this.#timer ??= setTimeout(() => this.leave(signal), graceToHear);
  }

  /** Ends who connects us with the shell. */
  leave(signal: NodeJS.Signals): void {
    this.#stdin?.destroy();
    this.#starter.send(signal);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#stdin?.destroy();
  }
}
