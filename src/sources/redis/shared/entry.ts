import { parseTime } from '../../../base/parseTime.ts';
import type { Level, Stream } from '../../../model/line.ts';
import { levelOf } from '../../../text/levelWords.ts';
import { readFields, said, type RawEntry } from './fields.ts';
import type { StreamId } from './streamId.ts';
import { executionOfTask, placeOfTask } from './taskId.ts';

/** One entry of the log stream, by whichever of its writers, read as what it says of a line. */
export interface LogEntry {
  readonly id: StreamId;
  readonly execution: string;
  readonly step: string;
  readonly host: string;
  readonly stepName?: string;
  /** From 1. */
  readonly stepOrder?: number;
  readonly hostName?: string;
  readonly address?: string;
  /** UTF-8, unless its writer was careless; may hold several lines. */
  readonly content: Uint8Array;
  readonly time?: number;
  readonly stream: Stream;
  readonly level?: Level;
  /** The writer kept no more of the log from here on. */
  readonly isCut: boolean;
  /** What the entry holds besides. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Where lines are shown whose entry does not say where they belong: none is left out. */
export const unresolved = { execution: 'unknown_execution', step: 'unknown_step', host: 'unknown_host' } as const;

/** What an agent writes when a task has written more than it may. */
const cutMark = new TextEncoder().encode('[log truncated after 5MB]');

const ownFields: ReadonlySet<string> = new Set([
  ...['execution_id', 'step_id', 'step_name', 'step_order', 'host_id', 'host_name', 'host_ip', 'task_id', 'agent_id'],
  ...['timestamp', 'received_at', 'log_type', 'stream', 'level', 'content'],
]);

/** Reads an entry, damaged or not: what it does not say is `unresolved` or absent. */
export function readEntry(raw: RawEntry): LogEntry {
  const { texts, bytes } = readFields(raw, 'content');
  const say = (name: string): string | undefined => said(texts, name);
  const task = say('task_id');
  const execution = say('execution_id') ?? (task && executionOfTask(task)) ?? unresolved.execution;
  const place = task === undefined ? undefined : placeOfTask(task, execution, say('host_id'));
  const time = parseTime(say('timestamp'));
  const order = orderOf(say('step_order'));
  const isPlaced = isKnownStep(say('step_id')) || !place;
  const level =
    levelOf(say('level') ?? '') ?? (isStreamWord(say('log_type')) ? undefined : levelOf(say('log_type') ?? ''));
  return {
    id: raw.id,
    execution,
    step: stepOf(say('step_id'), place?.step, order, say('step_name')),
    host: say('host_id') ?? place?.host ?? unresolved.host,
    ...optional('stepName', isPlaced || order !== undefined ? say('step_name') : undefined),
    ...(order !== undefined && { stepOrder: order }),
    ...optional('hostName', say('host_name')),
    ...optional('address', say('host_ip')),
    content: bytes ?? damaged(texts),
    ...(time !== undefined && { time }),
    stream: bytes ? streamOf(say('stream') ?? say('log_type')) : 'system',
    ...(level && { level }),
    isCut: bytes !== undefined && task !== undefined && Buffer.compare(bytes, cutMark) === 0,
    ...otherFields(texts),
  };
}

/** Agents name none; ops-jobs' own words for such a line then stand where the step's name should. */
function isKnownStep(id: string | undefined): boolean {
  return id !== undefined && id !== unresolved.step;
}

function stepOf(id: string | undefined, ofTask: string | undefined, order: number | undefined, name?: string): string {
  if (id !== undefined && isKnownStep(id)) return id;
  if (ofTask !== undefined) return ofTask;
  if (order !== undefined) return `step_${order}`;
  return id ?? name ?? unresolved.step;
}

function orderOf(text: string | undefined): number | undefined {
  const order = /^\d{1,6}$/.test(text ?? '') ? Number(text) : 0;
  return order > 0 ? order : undefined;
}

function isStreamWord(word: string | undefined): boolean {
  return word === undefined || word === 'stdout' || word === 'stderr';
}

function streamOf(word: string | undefined): Stream {
  if (word === undefined || word === 'stdout') return 'stdout';
  return word === 'stderr' ? 'stderr' : 'system';
}

/** Words for an entry that has no line to show. */
function damaged(texts: ReadonlyMap<string, string>): Uint8Array {
  const all = JSON.stringify(Object.fromEntries(texts));
  return new TextEncoder().encode(`[an entry without content: ${all.slice(0, 1_000)}]`);
}

function otherFields(texts: ReadonlyMap<string, string>): { fields?: Readonly<Record<string, string>> } {
  let others: [string, string][] | undefined;
  for (const pair of texts) if (!ownFields.has(pair[0])) (others ??= []).push(pair);
  return others ? { fields: Object.fromEntries(others) } : {};
}

function optional<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}
