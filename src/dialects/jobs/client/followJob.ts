import { delay } from '../../../base/abort.ts';
import type { Follower } from '../../../held/transcriptSystem.ts';
import { LogError, type ErrorCode } from '../../../model/errors.ts';
import { askedToWait } from '../../httpErrors.ts';
import type { JobReading } from './jobReading.ts';
import type { JobsApi } from './jobsApi.ts';

/** How a job is followed; milliseconds. */
export interface JobsPace {
  /** Between two questions while there is no stream. */
  readonly polling: number;
  /** Before a stream that broke is opened again. */
  readonly reconnecting: number;
  /** Without a byte until a stream counts as broken: two and a half heartbeats. */
  readonly silence: number;
  /** Between two looks for what has changed. */
  readonly watching: number;
}

export const usualPace: JobsPace = { polling: 5_000, reconnecting: 1_000, silence: 37_500, watching: 5_000 };

/** Questions in a row that may fail. */
const mostFailures = 5;
/** How many questions are asked at the most before a stream that told nothing is tried again. */
const mostQuestions = 16;

/** Breaks that may pass by themselves, and what a server without streams answers besides. */
const passing: ReadonlySet<ErrorCode> = new Set(['unavailable', 'throttled']);
const noStream: ReadonlySet<ErrorCode> = new Set([...passing, 'notFound', 'invalidRequest']);

export interface Following {
  readonly api: JobsApi;
  readonly pace: JobsPace;
  /** How long breaks are put up with, in milliseconds. */
  readonly patience: number;
}

/**
 * Keeps a job up to date until it has ended: by its stream, and while that is not to be had by asking every few seconds.
 * Throws unavailable after five questions in a row without an answer.
 */
export async function followJob(reading: JobReading, follower: Follower, following: Following): Promise<void> {
  const attempts = new Attempts(reading, follower, following);
  while (!(await attempts.stream())) if (await attempts.poll()) return;
}

class Attempts {
  readonly #reading: JobReading;
  readonly #follower: Follower;
  readonly #following: Following;
  #failures = 0;
  #failing: number | undefined;
  #why = '';
  /** How many questions are asked before the stream is tried again: more each time that it tells nothing. */
  #questions = 1;
  constructor(reading: JobReading, follower: Follower, following: Following) {
    this.#reading = reading;
    this.#follower = follower;
    this.#following = following;
  }

  /** True when the job has ended; false when its stream is not to be had. */
  async stream(): Promise<boolean> {
    const { signal, tell } = this.#follower;
    for (;;) {
      const end = await this.#listen(signal);
      if (end === 'ended') return true;
      // A stream that has told something is worth another try at once.
      if (end === 'mute') return false;
      const { reconnecting } = this.#following.pace;
      tell({ kind: 'reconnecting', at: Date.now() + reconnecting, why: this.#why });
      await delay(reconnecting, signal);
    }
  }

  /** Asks again and again. True when the job has ended; false when its stream is worth another try. */
  async poll(): Promise<boolean> {
    const { signal, tell } = this.#follower;
    const { polling } = this.#following.pace;
    let wait = polling;
    for (let asked = 0; asked < this.#questions; asked++) {
      tell({ kind: 'polling', seconds: Math.round(polling / 1_000), why: this.#why });
      await delay(wait, signal);
      wait = polling;
      try {
        await this.#reading.refresh(signal);
        this.#worked();
        if (this.#reading.isFinished) return true;
      } catch (error) {
        this.#broke(error, passing);
        if (++this.#failures >= mostFailures) throw readOnly(error);
        wait = Math.max(polling, askedToWait(error) ?? 0);
      }
    }
    this.#questions = Math.min(mostQuestions, this.#questions * 2);
    return false;
  }

  /** How a stream ended: with its job, or it broke, having told something or not. */
  async #listen(signal: AbortSignal): Promise<'ended' | 'broken' | 'mute'> {
    const { api, pace } = this.#following;
    let told = false;
    try {
      this.#reading.subscribed();
      for await (const event of api.stream(this.#reading.id, pace.silence, signal)) {
        if (await this.#reading.hear(event, signal)) return 'ended';
        this.#worked();
        if (!told) this.#follower.tell({ kind: 'live' });
        told = true;
        this.#questions = 1;
      }
      throw new LogError('unavailable', 'The server ended the stream, though the job has not ended.');
    } catch (error) {
      this.#broke(error, noStream);
      return told ? 'broken' : 'mute';
    }
  }

  #worked(): void {
    this.#failures = 0;
    this.#failing = undefined;
  }

  /** Throws what does not pass by itself, or has not passed for too long. */
  #broke(error: unknown, expected: ReadonlySet<ErrorCode>): void {
    if (this.#follower.signal.aborted || !(error instanceof LogError) || !expected.has(error.code)) throw error;
    this.#why = error.message;
    this.#failing ??= Date.now();
    if (Date.now() - this.#failing >= this.#following.patience) throw readOnly(error);
  }
}

function readOnly(error: unknown): LogError {
  const { message } = LogError.from(error);
  const remedy = 'What was read stays, but nothing is added to it. Refresh to try again.';
  return new LogError('unavailable', `${message} ${remedy}`, { cause: error });
}
