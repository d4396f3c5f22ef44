import type { RedisStream } from './redisStream.ts';

interface Found {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The execution and the newest id of a pointer; both forms of the path are taken, nothing else is checked. */
function parsePointer(pointer: string): { execution: string; max: string | undefined } | undefined {
  if (!pointer.startsWith('redis:')) return undefined;
  const [path = '', max = ''] = pointer.slice('redis:'.length).split(/@(.*)/s);
  const execution = path.replace('agent_logs/', '').replace('agent_logs:', '');
  return execution === '' ? undefined : { execution, max: max === '' ? undefined : max };
}

/**
 * One host's history: the wanted entries before the pointer's, which is left out itself, looked for in batches of
 * ten times the limit. Anything that goes wrong reads as nothing.
 */
export function hostHistory(
  stream: RedisStream,
  pointer: string,
  limit: number,
  step: { readonly name: string; readonly order: number },
  host: string,
): { logs: Found[]; next: string | null } {
  const nothing = { logs: [], next: null };
  const place = parsePointer(pointer);
  if (!place) return nothing;
  const logs: Found[] = [];
  try {
    let cursor = place.max ?? '+';
    while (logs.length < limit) {
      const batch = stream.reverse(cursor, limit * 10);
      const last = batch.at(-1);
      if (!last) break;
      for (const { id, fields } of batch) {
        const own = fields['execution_id'] === place.execution && fields['host_id'] === host;
        if (!own || Number(fields['step_order'] ?? 0) !== step.order || fields['step_name'] !== step.name) continue;
        if (id === cursor) continue;
        logs.push({ id, fields });
        if (logs.length >= limit) break;
      }
      if (last.id === cursor) break;
      cursor = last.id;
      if (batch.length < limit * 10) break;
    }
  } catch {
    return nothing;
  }
  logs.reverse();
  const oldest = logs[0];
  return { logs, next: oldest ? `redis:agent_logs/${place.execution}@${oldest.id}` : null };
}

export function hostText(logs: readonly Found[]): string {
  const written = logs.filter(({ fields }) => fields['content']);
  return written.map(({ fields }) => `[${fields['timestamp'] ?? 'None'}] ${fields['content'] ?? ''}\n`).join('');
}

/** The older history of a whole execution: one look at ten times the limit, the pointer's own entry included. */
export function wholeHistory(stream: RedisStream, pointer: string, limit: number): Found[] {
  const place = parsePointer(pointer);
  if (!place) return [];
  try {
    const own = stream
      .reverse(place.max ?? '+', limit * 10)
      .filter(({ fields }) => fields['execution_id'] === place.execution);
    return own.slice(0, limit).reverse();
  } catch {
    return [];
  }
}

function orElse(text: string | undefined, otherwise: string): string {
  return text === undefined || text === '' ? otherwise : text;
}

/** The shape of the older history; what has no step stands under one that does not exist. */
export function wholeContent(logs: readonly Found[], pointer: string) {
  const steps: Record<string, { host_logs: Record<string, Record<string, unknown>> } & Record<string, unknown>> = {};
  for (const { fields } of logs) {
    const name = orElse(fields['step_name'], '执行任务');
    const order = Number(fields['step_order'] ?? 0) || 1;
    const step = (steps[`step_${order}_${name.replaceAll(' ', '_')}`] ??= {
      ...{ step_name: name, step_order: order, status: 'success' },
      host_logs: {},
    });
    const id = orElse(fields['host_id'], 'unknown');
    const at = fields['timestamp'] ?? '';
    const host = (step.host_logs[id] ??= {
      ...{
        host_id: id,
        host_name: orElse(fields['host_name'], id),
        host_ip: fields['host_ip'] ?? '',
        status: 'success',
      },
      ...{ logs: '', error_logs: '', log_count: 0, start_time: at, end_time: at },
    });
    const bad = ['stderr', 'error'].includes(fields['log_type'] ?? '');
    const key = bad ? 'error_logs' : 'logs';
    if (!fields['content']) continue;
    host[key] = `${String(host[key])}[${at}] ${fields['content']}\n`;
    host['log_count'] = Number(host['log_count']) + 1;
    host['end_time'] = at;
  }
  const summary = { total_steps: Object.keys(steps).length, success_steps: 0, failed_steps: 0 };
  return {
    step_logs: steps,
    summary,
    log_pointer: pointer,
    log_size: logs.length,
    logs_meta: { log_pointer: pointer },
  };
}
