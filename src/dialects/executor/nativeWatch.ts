import { anySignal, delay } from '../../base/abort.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionList } from '../../model/page.ts';
import type { WatchQuery } from '../../model/query.ts';
import type { Change } from '../../model/source.ts';
import type { Api } from '../api.ts';
import type { StreamEvent } from '../eventStream.ts';
import { paths } from './paths.ts';
import { Received } from './received.ts';
import { Attempts, dataOf, openStream, type StreamPatience } from './streaming.ts';

export interface WatchPlace {
  readonly api: Api;
  /** The newest executions. */
  readonly list: (signal: AbortSignal) => Promise<ExecutionList>;
}

/** Changes over a stream of events; what may have been missed while it was broken is told as changed. */
export async function* nativeWatch(
  place: WatchPlace,
  query: WatchQuery,
  patience: StreamPatience,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  const { api } = place;
  const ends = anySignal([signal, api.ended]);
  const attempts = new Attempts(patience.patience);
  let broken = false;
  try {
    for (;;) {
      try {
        const url = api.streamUrl(paths.changes, paramsOf(query));
        for await (const event of openStream(api, url, ['change'], patience.silence, ends.signal)) {
          if (event.event !== 'open') attempts.succeeded();
          else if (broken) yield* missed(place, query, ends.signal);
          if (event.event === 'change') yield changeIn(event);
        }
        throw new LogError('unavailable', `${api.base.origin} ended the stream of changes.`);
      } catch (error) {
        const { why, pause } = attempts.failed(error, ends.signal);
        api.trace(`Watching for changes broke: ${why}`);
        broken = true;
        await delay(pause, ends.signal);
      }
    }
  } finally {
    ends.dispose();
  }
}

/** The narrowest that covers what may have changed meanwhile: what is watched, or else the newest executions. */
async function* missed({ list }: WatchPlace, query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
  const { execution, step } = query;
  if (execution !== undefined) {
    yield { execution, ...(step !== undefined && { step }) };
    return;
  }
  for (const { id } of (await list(signal)).executions) yield { execution: id };
}

function paramsOf({ execution, step }: WatchQuery): URLSearchParams {
  const params = new URLSearchParams();
  if (execution !== undefined) params.set('execution', execution);
  if (step !== undefined) params.set('step', step);
  return params;
}

function changeIn(event: StreamEvent): Change {
  const change = new Received(dataOf(event), 'The change', 'unavailable');
  const step = change.optionalText('step');
  const host = change.optionalText('host');
  return {
    execution: change.text('execution'),
    ...(step !== undefined && { step }),
    ...(host !== undefined && { host }),
    ...(change.value('removed') === true && { removed: true }),
  };
}
