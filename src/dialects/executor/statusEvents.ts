import { delay } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import type { Execution } from '../../model/execution.ts';
import type { LogSource } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import { countsOfHosts } from './hostCounts.ts';
import { statusWord } from './words.ts';

/** How often it is looked at least, and at most, in milliseconds: a change may fall between look and watch. */
const everySoOften = 4_000;
const pause = 200;

/** How an execution stands, at once and whenever that changes, until it has ended; as ops-jobs tells it. */
export async function* executionStatuses(
  source: LogSource,
  execution: string,
  signal: AbortSignal,
): AsyncGenerator<object, void> {
  const news = mergeStreams<unknown>(
    [source.watch({ execution }, { signal })],
    [leavable((inner) => looks(inner), signal)],
  );
  let told = '';
  for await (const _ of news) {
    const now = await source.getExecution({ execution }, { signal });
    const status = statusOf(now);
    const words = JSON.stringify(status);
    if (words !== told) yield { ...status, timestamp: String(Date.now()) };
    told = words;
    if (isFinished(now.status)) return;
    await delay(pause, signal);
  }
}

async function* looks(signal: AbortSignal): AsyncGenerator<void, void> {
  for (;;) {
    yield;
    await delay(everySoOften, signal);
  }
}

/** ops-jobs tells numbers as text here. */
function statusOf(execution: Execution) {
  const { total, success, failed, running, pending } = countsOfHosts(execution);
  const progress = total === 0 ? 0 : Math.floor(((success + failed) / total) * 100);
  return {
    type: 'status',
    execution_id: execution.id,
    status: statusWord(execution.status),
    state: execution.status,
    progress: String(isFinished(execution.status) ? 100 : progress),
    total_hosts: String(total),
    success_hosts: String(success),
    failed_hosts: String(failed),
    running_hosts: String(running),
    pending_hosts: String(pending),
  };
}
