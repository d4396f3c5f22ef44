import { mergeStatistics } from '../../base/mergeStatistics.ts';
import type { LogStatistics } from '../../model/statistics.ts';
import { Either } from './either.ts';

/**
 * Counts in both places as one. Sums are refused rather than given without a place that is out of reach; an execution
 * counts twice for the moment in which it moves.
 */
export function combinedStatistics(live: LogStatistics, archive: LogStatistics): LogStatistics {
  const either = new Either(live, archive);
  return {
    async statistics(query, options) {
      if (query.execution !== undefined) return either.ask((place) => place.statistics(query, options), options);
      return mergeStatistics(await Promise.all([archive, live].map((place) => place.statistics(query, options))));
    },
    metrics: (ref, options) => either.ask((place) => place.metrics(ref, options), options),
  };
}
