import { delay } from './abort.ts';

/** At once, and then again and again, with so many milliseconds between. */
export async function* looks(every: number, signal: AbortSignal): AsyncGenerator<void, void> {
  for (;;) {
    yield;
    await delay(every, signal);
  }
}
