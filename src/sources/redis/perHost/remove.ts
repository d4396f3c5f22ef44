import { abortReason } from '../../../base/abort.ts';
import { changedMeanwhile } from '../../../base/unchanged.ts';
import { LogError } from '../../../model/errors.ts';
import type { Deletion } from '../../../model/source.ts';
import type { RedisConnection } from '../connection.ts';
import type { Scripts } from '../scripts.ts';
import { wakeCommand } from '../wakeEntry.ts';
import type { Keys } from './keys.ts';
import { hideExecution } from './lua.ts';
import { checkMissing } from './missing.ts';
import { fieldsOf, parsed } from './records.ts';

const keysAtOnce = 500;

/**
 * Makes an execution vanish at once, then frees its space bit by bit. One whose deletion was cut short is freed too.
 * Throws notFound, and invalidRequest while it runs.
 */
export async function removeExecution(
  redis: RedisConnection,
  scripts: Scripts,
  keys: Keys,
  { execution, unchanged }: Deletion,
  signal?: AbortSignal,
): Promise<void> {
  const own = keys.of(execution);
  const seen = unchanged ? [unchanged.status, unchanged.lines] : [];
  const then = [wakeCommand(keys.wake, { execution, removed: true })];
  const found = await scripts.run(hideExecution, [own.state, own.writer], seen, then);
  checkMissing({ execution }, found);
  if (found === 0)
    throw new LogError('invalidRequest', `Execution "${execution}" is running. Stop it before deleting it.`);
  if (found === 2) throw changedMeanwhile(execution);
  const [state, logs] = await redis.all([
    ['HGETALL', own.state],
    ['HGETALL', own.logs],
  ]);
  const freed = [own.order, own.logs, own.writer, own.counts, own.metrics];
  for (const name of fieldsOf(state).keys())
    if (name.startsWith('status/')) freed.push(own.hosts(name.slice(7)), own.stepOrder(name.slice(7)));
  for (const json of fieldsOf(logs).values()) {
    const named = parsed(json);
    if (Array.isArray(named)) freed.push(own.lines(String(named[0]), String(named[1])));
  }
  for (let from = 0; from < freed.length; from += keysAtOnce) {
    if (signal?.aborted) throw abortReason(signal);
    await redis.call(['UNLINK', ...freed.slice(from, from + keysAtOnce)]);
  }
  // The last to go is what a deletion that was cut short is found by.
  await redis.all([
    ['ZREM', keys.executions, execution],
    ['ZREM', keys.running, execution],
    ['UNLINK', own.state],
  ]);
}
