import { parseTime } from '../../base/parseTime.ts';
import type { Status } from '../../model/status.ts';
import { hostStatusOf, statusOf, type Standing } from './statuses.ts';

/** What a file says of a run, whatever its generation. Times are milliseconds since the epoch. */
export interface RunState extends Standing {
  readonly name: string;
  readonly message?: string;
  readonly startedAt?: number;
  readonly updatedAt?: number;
  readonly endedAt?: number;
  /** How often the run has been taken up again after a failure. */
  readonly resumed: number;
  /** In the order in which they began. */
  readonly nodes: readonly NodeState[];
}

interface Timed extends Standing {
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly message?: string;
}

export interface NodeState extends Timed {
  readonly id: string;
  readonly name: string;
  readonly hosts: readonly HostState[];
}

export interface HostState extends Timed {
  readonly id: string;
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a checkpoint, or the result that older versions gave; undefined for other JSON. Whatever is missing or of
 * another type is left out. Throws SyntaxError for what is no whole JSON.
 */
export function readState(json: string): RunState | undefined {
  const file = fieldsOf(JSON.parse(json));
  const checkpoint = fieldsOf(file?.['nodeStates']);
  const nodes = checkpoint ?? fieldsOf(file?.['nodeResults']);
  if (!file || !nodes) return undefined;
  const read = Object.entries(nodes).map(([id, node]) => nodeOf(id, fieldsOf(node) ?? {}));
  const inOrder = read.toSorted(byBeginning);
  const startedAt = time(file, 'createdAt', 'startTime') ?? inOrder[0]?.startedAt;
  const updatedAt = time(file, 'updatedAt', 'endTime');
  const standing = statusOf(text(file, 'status'));
  const message = text(file, 'message', 'errorMessage') ?? failureOf(standing.status, inOrder);
  return {
    name: text(file, 'pipelineName', 'graphName') ?? '',
    ...standing,
    ...(message !== undefined && { message }),
    ...(startedAt !== undefined && { startedAt }),
    ...(updatedAt !== undefined && { updatedAt }),
    resumed: count(file['resumeCount']),
    nodes: inOrder,
  };
}

function nodeOf(id: string, node: Fields): NodeState {
  const hosts = Object.entries(fieldsOf(node['hostStates']) ?? fieldsOf(node['hostResults']) ?? {});
  const standing = statusOf(text(node, 'status'));
  const precheck = node['precheckSkipped'] === true && standing.status === 'succeeded';
  return {
    id,
    name: text(node, 'stepName', 'nodeName') ?? id,
    ...standing,
    ...(precheck && { status: 'skipped' as const, rawStatus: text(node, 'status') ?? '' }),
    ...timed(node),
    hosts: hosts.map(([host, state]) => hostOf(host, fieldsOf(state) ?? {}, node)),
  };
}

function hostOf(id: string, host: Fields, node: Fields): HostState {
  const said = timed(host);
  const exitCode = /\bexit (?:status|code) (\d{1,3})\b/.exec(said.message ?? '')?.[1];
  const skipped = host['skipped'] === true || (node['precheckSkipped'] === true && said.message === undefined);
  return {
    id,
    ...hostStatusOf(text(host, 'status'), said.message, skipped),
    ...said,
    ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
    stdout: text(host, 'stdout') ?? '',
    stderr: text(host, 'stderr') ?? '',
  };
}

function timed(fields: Fields): Omit<Timed, keyof Standing> {
  const startedAt = time(fields, 'startedAt', 'startTime');
  const endedAt = time(fields, 'completedAt', 'endTime');
  const message = text(fields, 'message');
  return {
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(message !== undefined && { message }),
  };
}

/** Nodes lie in a map without an order; those that have not begun come last. */
function byBeginning(a: NodeState, b: NodeState): number {
  const at = (node: NodeState): number => node.startedAt ?? Number.POSITIVE_INFINITY;
  const order = at(a) - at(b);
  if (order !== 0 && !Number.isNaN(order)) return order;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** A checkpoint does not say of itself why it failed; its first failing node does. */
function failureOf(status: Status, nodes: readonly NodeState[]): string | undefined {
  return status === 'failed' ? nodes.find((node) => node.status === 'failed')?.message : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** The first of these that is text and not empty. */
function text(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The first of these that is a time; Go writes its year 1 for none. */
function time(fields: Fields, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = parseTime(fields[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
