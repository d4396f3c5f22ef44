import { LogError } from '../model/errors.ts';
import { onAbort } from './abort.ts';

/**
 * A stream whose reader may leave at any time. A generator that waits cannot be told to return; here leaving
 * aborts the signal the generator was given, and answers a `next` under way at once.
 */
export function leavable<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void>,
  outer?: AbortSignal,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const inner = new AbortController();
      const forget = onAbort(outer, () => {
        inner.abort(outer?.reason);
      });
      const generator = generate(inner.signal);
      let left = false;
      const hasLeft = (): boolean => left;
      const gone = { done: true, value: undefined } as const;
      return {
        async next(): Promise<IteratorResult<T, void>> {
          if (hasLeft()) return gone;
          try {
            const result = await generator.next();
            if (result.done) forget();
            return result;
          } catch (error) {
            forget();
            if (hasLeft()) return gone;
            throw error;
          }
        },
        async return(): Promise<IteratorResult<T, void>> {
          left = true;
          forget();
          inner.abort(new LogError('closed', 'The reader has left.'));
          await generator.return().catch(() => undefined);
          return gone;
        },
      };
    },
  };
}
