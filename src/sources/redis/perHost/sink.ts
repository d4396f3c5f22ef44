import { randomUUID } from 'node:crypto';
import { checkColumns } from '../../../base/appendRange.ts';
import { LogError } from '../../../model/errors.ts';
import type {
  Append,
  Ending,
  ExecutionEnd,
  HostEnd,
  HostOutcome,
  HostRef,
  LogSink,
  NewExecution,
  NewMetric,
  StepRef,
  StepStart,
} from '../../../model/sink.ts';
import type { Change } from '../../../model/source.ts';
import type { Command, RedisConnection, Reply } from '../connection.ts';
import { Scripts } from '../scripts.ts';
import { wakeCommand } from '../wakeEntry.ts';
import { Appender } from './append.ts';
import type { Keys } from './keys.ts';
import * as lua from './lua.ts';
import { checkMissing } from './missing.ts';
import { Writer, type Heartbeat } from './writer.ts';

/** How many metrics of an execution are kept. */
const mostMetrics = 10_000;

/** Records into the Redis of `redis`, which it disposes. */
export class PerHostSink implements LogSink {
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #scripts: Scripts;
  readonly #writer: Writer;
  readonly #appender: Appender;

  constructor(redis: RedisConnection, keys: Keys, heartbeat?: Heartbeat) {
    this.#redis = redis;
    this.#keys = keys;
    this.#scripts = new Scripts(redis);
    this.#writer = new Writer(this.#scripts, keys, heartbeat);
    this.#appender = new Appender(this.#scripts, keys, redis.address.cluster);
  }

  async createExecution({ execution, startedAt, ...about }: NewExecution): Promise<void> {
    if (!Number.isFinite(startedAt)) throw new LogError('invalidRequest', 'An execution starts at some time.');
    if (about.copy) throw new LogError('invalidRequest', 'Copies are kept in an archive, not in Redis.');
    const { state, writer } = this.#keys.of(execution);
    const json = JSON.stringify({ ...about, startedAt });
    const args = [randomUUID(), json, startedAt, ...this.#writer.sign()];
    const then = [
      ['ZADD', this.#keys.executions, 'NX', startedAt, execution] as const,
      ...this.#writer.register(execution),
      this.#wake({ execution }),
    ];
    const [found, listed] = await this.#scripts.runAll(lua.createExecution, [state, writer], args, then);
    if (found === lua.answer.beingDeleted)
      throw new LogError('unavailable', `The execution "${execution}" is being deleted. Try again.`);
    if (listed instanceof LogError) throw listed;
    if (found === 0) await this.#redis.call(['ZREM', this.#keys.running, execution]);
    else this.#writer.begin(execution);
  }

  async startStep({ execution, step, name, order, path, status, hosts, at }: StepStart): Promise<void> {
    const { state, logs, hosts: hostsKey } = this.#keys.of(execution);
    const about = JSON.stringify({ name, order, path });
    const named = hosts.flatMap(({ id, ...host }) => [id, JSON.stringify(host)]);
    const keys = [state, hostsKey(step), logs];
    this.#check(
      { execution, step },
      await this.#scripts.run(
        lua.startStep,
        keys,
        [step, about, status, at, ...named],
        [this.#wake({ execution, step })],
      ),
    );
    this.#writer.begin(execution);
  }

  async startHost({ execution, step, host, at }: HostRef & { readonly at: number }): Promise<void> {
    const { state, logs, hosts } = this.#keys.of(execution);
    const args = [step, host, JSON.stringify({ name: host }), at];
    const wake = [this.#wake({ execution, step, host })];
    const found = await this.#scripts.run(lua.startHost, [state, hosts(step), logs], args, wake);
    this.#check({ execution, step, host }, found);
    this.#writer.begin(execution);
  }

  async append(batch: Append): Promise<void> {
    checkColumns(batch.lines);
    await this.#appender.append(batch);
    this.#writer.begin(batch.execution);
  }

  async metric({ execution, name, value, unit, at, step, host }: NewMetric): Promise<void> {
    const { state, metrics } = this.#keys.of(execution);
    const json = JSON.stringify({ name, value, unit, at, step, host });
    const found = await this.#scripts.run(
      lua.tellMetric,
      [state, metrics],
      [json, mostMetrics],
      [this.#wake({ execution })],
    );
    this.#check({ execution }, found);
    if (found === lua.kept.ended)
      throw new LogError('invalidRequest', `Execution "${execution}" has ended; it tells nothing more.`);
  }

  async finishHost({ execution, step, host, exitCode, ignored, ...ending }: HostEnd): Promise<void> {
    const { state, hosts } = this.#keys.of(execution);
    const args = [
      step,
      host,
      ending.status,
      endOf({ ...ending, ...(exitCode !== undefined && { exitCode }), ...(ignored && { ignored }) }),
    ];
    const wake = [this.#wake({ execution, step, host })];
    const found = await this.#scripts.run(lua.finishHost, [state, hosts(step)], args, wake);
    this.#check({ execution, step, host }, found);
  }

  async finishStep({ execution, step, ...ending }: StepRef & Ending): Promise<void> {
    const { state } = this.#keys.of(execution);
    const args = [step, ending.status, endOf(ending)];
    const wake = [this.#wake({ execution, step })];
    this.#check({ execution, step }, await this.#scripts.run(lua.finishStep, [state], args, wake));
  }

  async finishExecution({ execution, results = [], ...ending }: ExecutionEnd): Promise<void> {
    const { state, writer, logs, hosts } = this.#keys.of(execution);
    const { status, at } = ending;
    const found = packResults(results);
    const keys = [state, writer, logs, ...found.steps.map(hosts)];
    const args = [status, endOf(ending), JSON.stringify({ status, at }), ...found.args];
    const then: Command[] = [this.#wake({ execution }), ['ZREM', this.#keys.running, execution]];
    this.#check({ execution }, await this.#scripts.run(lua.finishExecution, keys, args, then));
    this.#writer.end(execution);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#redis[Symbol.asyncDispose]();
  }

  #wake(change: Change): Command {
    return wakeCommand(this.#keys.wake, change);
  }

  #check(ref: { readonly execution: string; readonly step?: string; readonly host?: string }, found: Reply): void {
    checkMissing(ref, found);
  }
}

/** Results as the script wants them: behind three other keys come those of their steps. */
function packResults(results: readonly HostOutcome[]): { steps: string[]; args: string[] } {
  const steps = new Map<string, { place: number; startedAt: number | undefined; endedAt: number }>();
  const packed = results.map(({ step, host, startedAt, endedAt, ...how }) => {
    const known = steps.get(step) ?? { place: steps.size + 4, startedAt, endedAt };
    steps.set(step, { ...known, startedAt: known.startedAt ?? startedAt, endedAt: Math.max(known.endedAt, endedAt) });
    const end = endOf({ ...how, at: endedAt });
    return [known.place, step, host, JSON.stringify({ name: host }), how.status, String(startedAt ?? '-'), end];
  });
  const ends = [...steps].flatMap(([step, { startedAt, endedAt }]) => [
    ...[step, String(startedAt ?? '-'), JSON.stringify({ endedAt })],
  ]);
  return { steps: [...steps.keys()], args: [JSON.stringify(packed), ...ends] };
}

type End = Ending & Pick<HostEnd, 'exitCode' | 'ignored'>;

function endOf({ status: _, at, ...end }: End): string {
  return JSON.stringify({ ...end, endedAt: at });
}
