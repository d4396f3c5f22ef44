import { LogError } from '../../model/errors.ts';
import type { CallOptions } from '../../model/source.ts';

/** How long live is asked last after it was unavailable: its silence need not be waited for again and again. */
const avoidedMilliseconds = 1_000;

/** Two places, one of which has what is sought. */
export class Either<T> {
  readonly #live: T;
  readonly #archive: T;
  #avoidUntil = 0;

  constructor(live: T, archive: T) {
    this.#live = live;
    this.#archive = archive;
  }

  /** What the first place answers that has it. Throws `unavailable` rather than `notFound` when one cannot tell. */
  async ask<R>(ask: (place: T) => Promise<R>, options?: CallOptions): Promise<R> {
    const failures: LogError[] = [];
    for (const place of this.#inTurn()) {
      try {
        return await ask(place);
      } catch (error) {
        failures.push(this.#elsewhere(place, error, options?.signal));
      }
    }
    throw worst(failures);
  }

  /** As `ask`, for what comes bit by bit: where one place breaks off, the next goes on. */
  async *askInTurn<R>(ask: (place: T) => AsyncGenerator<R, void>, signal: AbortSignal): AsyncGenerator<R, void> {
    const failures: LogError[] = [];
    for (const place of this.#inTurn()) {
      try {
        yield* ask(place);
        return;
      } catch (error) {
        failures.push(this.#elsewhere(place, error, signal));
      }
    }
    throw worst(failures);
  }

  /** Asks both, the archive first so that nothing comes back; one of them must have it. */
  async askBoth(ask: (place: T) => Promise<void>, options?: CallOptions): Promise<void> {
    const failures: LogError[] = [];
    for (const place of [this.#archive, this.#live]) {
      try {
        await ask(place);
      } catch (error) {
        failures.push(this.#elsewhere(place, error, options?.signal));
      }
    }
    const unavailable = failures.find(({ code }) => code === 'unavailable');
    if (unavailable ?? failures.length > 1) throw worst(failures);
  }

  /** What moves goes from live to the archive: asked in that order, one of them has it. */
  #inTurn(): readonly T[] {
    const inOrder = [this.#live, this.#archive];
    return performance.now() < this.#avoidUntil ? [this.#archive, ...inOrder] : inOrder;
  }

  /** The failure, when the other place may have what is sought; otherwise throws it. */
  #elsewhere(place: T, error: unknown, signal: AbortSignal | undefined): LogError {
    if (signal?.aborted || !(error instanceof LogError)) throw error;
    if (error.code !== 'notFound' && error.code !== 'unavailable') throw error;
    if (place === this.#live && error.code === 'unavailable')
      this.#avoidUntil = performance.now() + avoidedMilliseconds;
    return error;
  }
}

function worst(failures: readonly LogError[]): LogError {
  const unavailable = failures.find(({ code }) => code === 'unavailable');
  return unavailable ?? failures[0] ?? new LogError('internal', 'There is nowhere to look.');
}
