import { LogError, type ErrorCode } from '../model/errors.ts';
import { delay } from '../base/abort.ts';

const shortestPause = 250;
const longestPause = 5_000;

/** Failures that may pass by themselves: a full disk is emptied, a server comes back. */
const passing: ReadonlySet<ErrorCode> = new Set(['unavailable', 'throttled']);

/**
 * Carries calls to a sink through its failures: what may pass is tried again until it works or patience ends,
 * anything else ends the recording. The command that is recorded goes on either way.
 */
export class Persistence {
  readonly #report: (words: string) => void;
  readonly #impatience = new AbortController();
  #failure: LogError | undefined;
  #over = false;

  /** `report` is told in words when writing begins to fail and when it works again. */
  constructor(report: (words: string) => void) {
    this.#report = report;
  }

  /** Why nothing can be written at the moment; undefined while all is well. */
  get failure(): LogError | undefined {
    return this.#failure;
  }

  /** Resolves with whether the call was done. */
  async carry(call: () => Promise<void>): Promise<boolean> {
    for (let pause = shortestPause; !this.#over; pause = Math.min(longestPause, pause * 2)) {
      try {
        await call();
        this.#works();
        return true;
      } catch (error) {
        this.#fails(LogError.from(error, 'unavailable'));
      }
      this.#over ||= this.#impatience.signal.aborted;
      await this.#pause(pause);
    }
    return false;
  }

  /** Nobody waits any longer: what fails from now on is tried one last time. */
  hurry(): void {
    this.#impatience.abort();
  }

  async #pause(milliseconds: number): Promise<void> {
    if (!this.#over) await delay(milliseconds, this.#impatience.signal).catch(() => undefined);
  }

  #works(): void {
    if (!this.#failure) return;
    this.#failure = undefined;
    this.#report('recording again');
  }

  #fails(failure: LogError): void {
    const known = this.#failure !== undefined;
    this.#failure = failure;
    this.#over ||= !passing.has(failure.code);
    if (known && !this.#over) return;
    const remedy = this.#over ? 'Nothing more is recorded' : 'Trying again';
    this.#report(`${failure.message} ${remedy}; the command goes on.`);
  }
}
