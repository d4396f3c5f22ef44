import { parseTime } from '../../../base/parseTime.ts';
import type { Level, Stream } from '../../../model/line.ts';
import { levelOf } from '../../../text/levelWords.ts';
import { bytesOf, othersIn, said, sameBytes, type RawEntry } from './fields.ts';
import type { StreamId } from './streamId.ts';
import { executionOfTask, placeOfTask } from './taskId.ts';

/** One entry of the log stream, by whichever of its writers, read as what it says of a line. */
export interface LogEntry {
  readonly id: StreamId;
  readonly execution: string;
  readonly step: string;
  readonly host: string;
  readonly stepName: string | undefined;
  /** From 1. */
  readonly stepOrder: number | undefined;
  readonly hostName: string | undefined;
  readonly address: string | undefined;
  /** UTF-8, unless its writer was careless; may hold several lines. */
  readonly content: Uint8Array;
  readonly time: number | undefined;
  readonly stream: Stream;
  readonly level: Level | undefined;
  /** The writer kept no more of the log from here on. */
  readonly isCut: boolean;
  /** What the entry holds besides. */
  readonly fields: Readonly<Record<string, string>> | undefined;
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
  const task = said(raw, 'task_id');
  const execution = said(raw, 'execution_id') ?? (task && executionOfTask(task)) ?? unresolved.execution;
  const hostId = said(raw, 'host_id');
  const place = task === undefined ? undefined : placeOfTask(task, execution, hostId);
  const stepId = said(raw, 'step_id');
  const stepName = said(raw, 'step_name');
  const stepOrder = orderOf(said(raw, 'step_order'));
  const content = bytesOf(raw, 'content');
  const kind = said(raw, 'log_type');
  return {
    id: raw.id,
    execution,
    step: stepOf(stepId, place?.step, stepOrder, stepName),
    host: hostId ?? place?.host ?? unresolved.host,
    // Where the step is only known by its task, something else stands for its name.
    stepName: isKnownStep(stepId) || stepOrder !== undefined || !place ? stepName : undefined,
    stepOrder,
    hostName: said(raw, 'host_name'),
    address: said(raw, 'host_ip'),
    content: content ?? damaged(raw),
    time: parseTime(said(raw, 'timestamp')),
    stream: content ? streamOf(said(raw, 'stream') ?? kind) : 'system',
    level: levelOf(said(raw, 'level') ?? '') ?? (kind === undefined ? undefined : levelOf(kind)),
    isCut: task !== undefined && content !== undefined && sameBytes(content, cutMark),
    fields: othersIn(raw, ownFields),
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

function streamOf(word: string | undefined): Stream {
  if (word === undefined || word === 'stdout') return 'stdout';
  return word === 'stderr' ? 'stderr' : 'system';
}

/** Words for an entry that has no line to show. */
function damaged(raw: RawEntry): Uint8Array {
  const all = JSON.stringify(othersIn(raw, new Set()) ?? {});
  return new TextEncoder().encode(`[an entry without content: ${all.slice(0, 1_000)}]`);
}
