import { delay } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import { LogError } from '../../model/errors.ts';
import type { WatchQuery } from '../../model/query.ts';
import type { Change, LogSource } from '../../model/source.ts';

/** How many executions are told as changed after a place has been away. */
const retold = 100;

/**
 * Changes in both places, an execution's move from one to the other being one too. A place that becomes unavailable is
 * tried again, and what may have changed in it meanwhile is told; without the other, that is a failure.
 */
export async function* watchAll(
  live: LogSource,
  archive: LogSource,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  const away = new Set<LogSource>();
  yield* mergeStreams([watchPlace(live, archive, away, signal), watchPlace(archive, live, away, signal)], []);
}

async function* watchPlace(
  place: LogSource,
  other: LogSource,
  away: Set<LogSource>,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  const backoff = new Backoff({ first: 1_000, longest: 30_000 });
  for (;;) {
    try {
      if (away.has(place)) {
        const { executions } = await place.listExecutions({ limit: retold }, { signal });
        away.delete(place);
        backoff.reset();
        for (const { id } of executions) yield { execution: id };
      }
      for await (const change of place.watch({}, { signal })) yield await told(change, other, signal);
      return;
    } catch (error) {
      if (signal.aborted || !isCode(error, 'unavailable') || away.has(other)) throw error;
      away.add(place);
    }
    await delay(backoff.next(), signal);
  }
}

/** Changes of one execution, wherever it is; when it moves, those of where it has moved to. */
export async function* watchOne(
  live: LogSource,
  archive: LogSource,
  query: WatchQuery & { readonly execution: string },
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  let unavailable: LogError | undefined;
  try {
    for await (const change of live.watch(query, { signal })) {
      const now = await told(change, archive, signal);
      yield now;
      if (change.removed && !now.removed) break;
    }
  } catch (error) {
    if (signal.aborted || !isCode(error, 'notFound', 'unavailable')) throw error;
    if (error.code === 'unavailable') unavailable = error;
  }
  try {
    yield* archive.watch(query, { signal });
  } catch (error) {
    throw unavailable && isCode(error, 'notFound') ? unavailable : error;
  }
}

/** What is gone from one place and there in the other has not been removed. */
async function told(change: Change, other: LogSource, signal: AbortSignal): Promise<Change> {
  if (!change.removed) return change;
  const { execution } = change;
  try {
    await other.getExecution({ execution }, { signal });
  } catch (error) {
    if (isCode(error, 'notFound')) return change;
    if (signal.aborted || !isCode(error, 'unavailable')) throw error;
  }
  return { execution };
}

function isCode(error: unknown, ...codes: readonly LogError['code'][]): error is LogError {
  return error instanceof LogError && codes.includes(error.code);
}
