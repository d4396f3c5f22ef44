import { delay, onAbort } from '../base/abort.ts';

/** Whether `wait` was over within `milliseconds`; it is told to stop when it was not. Rejects as `wait` does. */
export async function within(
  milliseconds: number,
  wait: (signal: AbortSignal) => Promise<unknown>,
  outer?: AbortSignal,
): Promise<boolean> {
  const inner = new AbortController();
  const forget = onAbort(outer, () => inner.abort(outer?.reason));
  const late = new Error('late');
  try {
    await Promise.race([
      wait(inner.signal),
      delay(milliseconds, inner.signal).then(() => {
        throw late;
      }),
    ]);
    return true;
  } catch (error) {
    if (error === late) return false;
    throw error;
  } finally {
    forget();
    // Whichever lost must not be left waiting.
    inner.abort(late);
  }
}
