import { LogError } from '../model/errors.ts';
import { logInternal } from './failureAnswer.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceLog } from './serviceLog.ts';

/** A stream as it was, told when it ends: `ends` is called once, with the code of what broke it. */
export function observed<T>(
  parts: AsyncIterable<T>,
  metrics: Metrics,
  log: ServiceLog,
  ends: (broke?: string) => void,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = parts[Symbol.asyncIterator]();
      let open = true;
      metrics.openStreams++;
      const end = (broke?: string): void => {
        if (!open) return;
        open = false;
        metrics.openStreams--;
        ends(broke);
      };
      return {
        async next() {
          try {
            const part = await iterator.next();
            if (part.done) end();
            return part;
          } catch (error) {
            const { code } = LogError.from(error);
            end(code === 'internal' ? logInternal(error, log) : code);
            throw error;
          }
        },
        async return() {
          end();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
