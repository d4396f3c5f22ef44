import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Entry, RedisStream } from './redisStream.ts';

export interface EventSettings {
  readonly logs: RedisStream;
  readonly results: RedisStream;
  /** Milliseconds of silence in Redis before a heartbeat. */
  readonly heartbeat: number;
}

type View = 'logs' | 'status' | 'combined';

/** Every message has the same event name; what it is stands in its data. */
function message(data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The first that says anything; an empty text says nothing. */
function first(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined && value !== null && value !== '' && value !== 0);
}

/** What the server adds to a line, and makes up where its writer left something out. */
function normalized(fields: Readonly<Record<string, unknown>>, execution: string): Record<string, unknown> {
  const order = Math.trunc(Number(fields['step_order'] ?? 0));
  const name = first(fields['step_name'], fields['step']);
  const host = first(fields['host_id'], fields['host_name'], 'unknown_host');
  const missing = [
    ...(name === undefined ? ['step'] : []),
    ...(first(fields['host_id']) === undefined ? ['host'] : []),
  ];
  return {
    ...{ type: 'log', execution_id: execution, ...fields, id: fields['id'] ?? null },
    ...{ channel: 'redis_stream', fallback_channel: false },
    ...{ step_order: order, step_name: name ?? '未解析步骤' },
    step_id: first(fields['step_id'], order === 0 ? undefined : `step_${order}`, 'unknown_step'),
    ...{ host_id: host, host_name: first(fields['host_name'], host), host_ip: first(fields['host_ip']) ?? '' },
    log_type: first(fields['log_type'], fields['stream'], 'info'),
    ...{ structure_missing: missing.length > 0, missing_fields: missing, structured: missing.length === 0 },
  };
}

function status({ fields }: Entry, execution: string) {
  const { progress, total_hosts, success_hosts, failed_hosts, running_hosts, pending_hosts, received_at } = fields;
  const counts = { progress, total_hosts, success_hosts, failed_hosts, running_hosts, pending_hosts };
  return { type: 'status', execution_id: execution, ...counts, timestamp: received_at };
}

/** The replay for those who give no place: few lines, fewer fields, from the newest entries of all executions only. */
function* replayed(logs: RedisStream, execution: string, limit: number): Generator<[string, string]> {
  const own = logs.reverse('+', limit * 10).filter(({ fields }) => fields['execution_id'] === execution);
  for (const { id, fields } of own.slice(0, limit).reverse()) {
    const names = ['timestamp', 'host_id', 'host_name', 'host_ip', 'log_type', 'content', 'step_name'] as const;
    const few = Object.fromEntries(names.map((name) => [name, fields[name]]));
    yield [message(normalized({ id, ...few, step_order: fields['step_order'] ?? 0 }, execution), id), id];
  }
}

/** Serves a stream for ever. It goes on from its own newest line, so what others write can hold it up for good. */
export async function serveEvents(
  response: ServerResponse,
  { logs, results, heartbeat }: EventSettings,
  view: View,
  execution: string,
  query: URLSearchParams,
): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  const write = async (text: string): Promise<void> => {
    if (response.write(text) || left.signal.aborted) return;
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
  };
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store',
  });
  await write(
    message({ type: 'connection_established', message: '已连接', execution_id: execution, channel: 'redis_stream' }),
  );
  let logId = query.get('last_id') ?? '0';
  let resultId = logId;
  const onlyHost = query.get('host_id');
  if (logId === '0' && view !== 'status')
    for (const [text, id] of replayed(logs, execution, view === 'logs' ? 50 : 100)) {
      logId = id;
      await write(text);
    }
  while (!left.signal.aborted) {
    let heard: [readonly Entry[], readonly Entry[]];
    try {
      const read = (stream: RedisStream, id: string, wanted: boolean) => (wanted ? stream.after(id, 200) : []);
      heard = [read(logs, logId, view !== 'status'), read(results, resultId, view !== 'logs')];
    } catch {
      // Redis refuses the id: the server tries again a few times, and the client hears nothing.
      await delay(heartbeat, undefined, { signal: left.signal }).catch(() => {});
      continue;
    }
    const [lines, ends] = heard;
    if (lines.length + ends.length === 0) {
      const news = new AbortController();
      const signal = AbortSignal.any([left.signal, news.signal]);
      const before = logs.entries.length + results.entries.length;
      await Promise.race([logs.next(heartbeat, signal), results.next(heartbeat, signal)]);
      news.abort();
      if (logs.entries.length + results.entries.length === before)
        await write(message({ type: 'heartbeat', timestamp: new Date().toISOString() }));
      continue;
    }
    let own = 0;
    for (const { id, fields } of lines) {
      if (fields['execution_id'] !== execution) continue;
      own++;
      logId = id;
      if (onlyHost !== null && fields['host_id'] !== onlyHost) continue;
      await write(message(normalized(fields, execution), id));
    }
    for (const entry of ends) {
      // Only one of the views looks whose result it is.
      if (view === 'combined' && entry.fields['execution_id'] !== execution) continue;
      own++;
      resultId = entry.id;
      await write(message(status(entry, execution), entry.id));
    }
    // The server reads the same entries again and again, as fast as it can.
    if (own === 0) await delay(2, undefined, { signal: left.signal }).catch(() => {});
  }
}
