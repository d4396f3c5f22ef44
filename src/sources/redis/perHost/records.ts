import { pointerPrefix } from '../../../base/hostPointer.ts';
import { settled } from '../../../base/settle.ts';
import type {
  Execution,
  ExecutionSummary,
  HostResult,
  Invocation,
  StatusChange,
  StatusCounts,
  Step,
} from '../../../model/execution.ts';
import { pointer } from '../../../model/pointer.ts';
import { isFinished, statuses, type Status } from '../../../model/status.ts';
import type { Reply } from '../connection.ts';

export const scheme = 'redis';

/** Fields of a hash by name. What a reader finds in Redis may be anything. */
export type Fields = ReadonlyMap<string, string>;

/** From the reply of HGETALL or HSCAN: names and values in turn. */
export function fieldsOf(reply: Reply | undefined): Fields {
  const fields = new Map<string, string>();
  if (!Array.isArray(reply)) return fields;
  for (let i = 0; i + 1 < reply.length; i += 2)
    fields.set(textOf(reply[i] as Reply) ?? '', textOf(reply[i + 1] as Reply) ?? '');
  return fields;
}

export function textOf(reply: Reply | undefined): string | undefined {
  return reply instanceof Uint8Array
    ? Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString()
    : undefined;
}

/** The words of a packed value. */
export function wordsOf(packed: string | undefined): readonly string[] {
  return packed?.split(' ') ?? [];
}

/** What an execution is in: without a writer one that did not end is interrupted. */
export function statusNow(status: string | undefined, hasWriter: boolean): Status {
  const known = statusOf(status);
  return isFinished(known) || hasWriter ? known : 'interrupted';
}

export function summaryOf(id: string, fields: Fields, hasWriter: boolean): ExecutionSummary {
  const about = jsonOf(fields.get('about'));
  const status = statusNow(fields.get('status'), hasWriter);
  const interruptedAt = status === 'interrupted' ? numberOf(fields.get('beat')) : undefined;
  const startedAt = number(about, 'startedAt');
  return {
    id,
    name: text(about, 'name') ?? id,
    ...optional('kind', text(about, 'kind')),
    ...optional('job', text(about, 'job')),
    ...optional('user', text(about, 'user')),
    ...optional('invocation', invocationOf(about['invocation'])),
    ...optional('createdAt', startedAt),
    ...optional('startedAt', startedAt),
    ...endOf(fields.get('end')),
    status,
    ...optional('endedAt', interruptedAt ?? number(jsonOf(fields.get('end')), 'endedAt')),
  };
}

export function executionOf(id: string, fields: Fields, hasWriter: boolean): Execution {
  const summary = summaryOf(id, fields, hasWriter);
  const steps = [...fields.keys()].filter((name) => name.startsWith('status/')).map((name) => name.slice(7));
  const history = historyOf(fields.get('history'));
  const { status, endedAt } = summary;
  if (status === 'interrupted' && endedAt !== undefined && history.at(-1)?.status !== status)
    history.push({ status, at: endedAt });
  const told = steps.map((step) => stepOf(step, fields, summary));
  return { ...summary, steps: told.sort((a, b) => a.order - b.order), history };
}

function stepOf(id: string, fields: Fields, execution: ExecutionSummary): Step {
  const about = jsonOf(fields.get(`about/${id}`));
  const [status, startedAt] = wordsOf(fields.get(`status/${id}`));
  const path = about['path'];
  const step = settled(
    {
      id,
      name: text(about, 'name') ?? id,
      order: number(about, 'order') ?? 0,
      ...(Array.isArray(path) && { path: path.map(String) }),
      ...optional('startedAt', numberOf(startedAt)),
      ...endOf(fields.get(`end/${id}`)),
      status: statusOf(status),
    },
    execution,
  );
  return { ...step, hosts: countsOf(id, fields, step) };
}

/** A step's hosts, from their hash. */
export function hostsOf(execution: string, fields: Fields, step: Step): HostResult[] {
  const hosts: HostResult[] = [];
  for (const [name, packed] of fields)
    if (name.startsWith('log/')) hosts.push(hostOf(execution, name.slice(4), packed, fields, step));
  return hosts;
}

function hostOf(execution: string, id: string, packed: string, fields: Fields, step: Step): HostResult {
  const about = jsonOf(fields.get(`about/${id}`));
  const end = fields.get(`end/${id}`);
  const [log, status, startedAt, lines, , errors, firstError] = wordsOf(packed);
  const first = numberOf(firstError) ?? 0;
  const host: HostResult = {
    id,
    name: text(about, 'name') ?? id,
    ...optional('address', text(about, 'address')),
    ...(jsonOf(end)['ignored'] === true && { ignored: true }),
    ...optional('exitCode', end === undefined ? undefined : number(jsonOf(end), 'exitCode')),
    ...optional('lines', numberOf(lines)),
    ...optional('errors', numberOf(errors)),
    ...(first > 0 && { firstError: pointer(`${pointerPrefix(scheme, execution, Number(log))}${first}`) }),
    ...optional('startedAt', numberOf(startedAt)),
    ...endOf(end),
    status: statusOf(status),
  };
  return settled(host, step);
}

function countsOf(step: string, fields: Fields, parent: Omit<Step, 'hosts'>): StatusCounts {
  const counts: Partial<Record<Status, number>> = {};
  for (const own of statuses) {
    const hosts = numberOf(fields.get(`hosts.${own}/${step}`)) ?? 0;
    if (hosts <= 0) continue;
    const { status } = settled({ status: own }, parent);
    counts[status] = (counts[status] ?? 0) + hosts;
  }
  return counts;
}

/** How something ended, as its JSON says. */
function endOf(json: string | undefined) {
  if (json === undefined) return {};
  const end = jsonOf(json);
  return {
    ...optional('rawStatus', text(end, 'rawStatus')),
    ...optional('message', text(end, 'message')),
    ...optional('endedAt', number(end, 'endedAt')),
  };
}

function historyOf(json: string | undefined): StatusChange[] {
  const read = parsed(json);
  if (!Array.isArray(read)) return [];
  return read.flatMap((one: unknown) => {
    const change = isRecord(one) ? one : {};
    const at = number(change, 'at');
    return at === undefined ? [] : [{ status: statusOf(text(change, 'status')), at }];
  });
}

function invocationOf(value: unknown): Invocation | undefined {
  if (!isRecord(value) || !Array.isArray(value['command'])) return undefined;
  return { command: value['command'].map(String), directory: text(value, 'directory') ?? '' };
}

export function statusOf(word: string | undefined): Status {
  return statuses.find((status) => status === word) ?? 'unknown';
}

/** A number, or undefined for what is none, as "-". */
export function numberOf(word: string | undefined): number | undefined {
  const value = word === undefined || word === '' ? Number.NaN : Number(word);
  return Number.isFinite(value) ? value : undefined;
}

function jsonOf(json: string | undefined): Readonly<Record<string, unknown>> {
  const read = parsed(json);
  return isRecord(read) ? read : {};
}

export function parsed(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    // Not ours, or damaged: as if it were not there.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function number(record: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === 'number' ? value : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}
