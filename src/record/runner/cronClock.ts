import { delay } from '../../base/abort.ts';

const minute = 60_000;

/**
 * Every whole minute as it comes, in milliseconds since the epoch. Minutes that pass while the machine sleeps, or
 * while its reader is busy, are left out.
 */
export async function* wholeMinutes(signal: AbortSignal): AsyncGenerator<number, void> {
  let last = Math.floor(Date.now() / minute) * minute;
  for (;;) {
    // Timers may be early by a little, and clocks are set.
    await delay(Math.min(minute, Math.max(10, last + minute - Date.now())), signal);
    const now = Math.floor(Date.now() / minute) * minute;
    if (now === last) continue;
    last = now;
    yield now;
  }
}
