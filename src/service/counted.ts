import type { Served } from '../dialects/http.ts';
import type { LogPage } from '../model/page.ts';
import type { LogQuery } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import type { Metrics } from './metrics.ts';

/** The same, counting the lines that are read. */
export function counted(served: Served, metrics: Metrics): Served {
  const { source } = served;
  const counting: LogSource = {
    capabilities: source.capabilities,
    listExecutions: (query, options) => source.listExecutions(query, options),
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(query, options),
    async readLog(query: LogQuery, options?: CallOptions) {
      const page = await source.readLog(query, options);
      metrics.linesSent += page.lines.count;
      return page;
    },
    tailLog: (query, options) => countedPages(source.tailLog(query, options), metrics),
    watch: (query, options) => source.watch(query, options),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
  return { ...served, source: counting };
}

function countedPages(pages: AsyncIterable<LogPage>, metrics: Metrics): AsyncIterable<LogPage> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = pages[Symbol.asyncIterator]();
      return {
        async next() {
          const result = await iterator.next();
          if (!result.done) metrics.linesSent += result.value.lines.count;
          return result;
        },
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
