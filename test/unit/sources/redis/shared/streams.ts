import { pointer } from '../../../../../src/model/pointer.ts';
import { linesOf } from '../../../../../src/base/lineBatch.ts';
import type { LogPage } from '../../../../../src/model/page.ts';
import type { LogQuery, Position } from '../../../../../src/model/query.ts';
import type { LogSource } from '../../../../../src/model/source.ts';
import type { Command, RedisConnection } from '../../../../../src/sources/redis/connection.ts';

export const execution = '307654321098765433';
export const logs = 'agent_logs';
export const results = 'agent_results';

/** As the server writes a line. */
export function ofServer(content: string, more: Record<string, string> = {}): Command {
  const entry = {
    ...{ timestamp: '2026-11-21T01:24:00.448842+00:00', execution_id: execution, host_id: '7', host_name: 'node-1' },
    ...{ host_ip: '10.0.0.7', log_type: 'stdout', content, step_name: '初始化', step_order: '1', step_id: '45' },
    ...{ agent_id: '3', received_at: '1795224240448.8608', ...more },
  };
  return ['XADD', logs, '*', ...Object.entries(entry).flat()];
}

/** As an agent writes a line. */
export function ofAgent(content: string, host = '7', of = execution, step = '45'): Command {
  const entry = {
    ...{ task_id: `${of}_${step}_${host}_ab12cd`, agent_id: '3', content, stream: 'stdout', level: 'info' },
    ...{ timestamp: '1795224240', host_id: host, execution_id: of },
  };
  return ['XADD', logs, '*', ...Object.entries(entry).flat()];
}

export function report(status: string, more: Record<string, string> = {}, host = '7', step = '45'): Command {
  const entry = {
    ...{
      task_id: `${execution}_${step}_${host}_ab12cd`,
      execution_id: execution,
      agent_id: '3',
      host_id: host,
      status,
    },
    ...more,
  };
  return ['XADD', results, '*', ...Object.entries(entry).flat()];
}

export const foreign = (count: number): Command[] =>
  Array.from({ length: count }, (_, i) => ofAgent(`foreign ${i}`, '7', '999'));

export async function write(redis: RedisConnection, ...commands: readonly Command[]): Promise<string[]> {
  return (await redis.all(commands)).map((reply) => Buffer.from(reply as Uint8Array).toString());
}

export const at = (id: string) => pointer(`redis:${logs}/${execution}@${id}`);

export const textsIn = (page: LogPage): string[] => [...linesOf(page.lines)].map(({ text }) => text);

/** Every page from a position on, or back, until there is nothing more. */
export async function pages(
  source: LogSource,
  query: Omit<LogQuery, 'position'>,
  from: Position,
  way: 'after' | 'before' = 'after',
): Promise<LogPage[]> {
  const all: LogPage[] = [];
  for (let position = from; ;) {
    const page = await source.readLog({ ...query, position });
    all.push(page);
    const next = way === 'after' ? (page.scanned?.lines ? page.newer : undefined) : page.older;
    if (next === undefined) return all;
    position = { at: way, pointer: next };
  }
}
