import { abortReason } from '../../../base/abort.ts';
import { matchesExecution } from '../../../base/matchExecution.ts';
import { limitOf, pageHosts } from '../../../base/pageHosts.ts';
import { LogError } from '../../../model/errors.ts';
import type { Execution, ExecutionSummary } from '../../../model/execution.ts';
import type { ExecutionList, StepResult } from '../../../model/page.ts';
import type { ExecutionFilter, ExecutionQuery, StepQuery } from '../../../model/query.ts';
import type { Asks } from '../asks.ts';
import type { Command, Reply } from '../connection.ts';
import type { Keys } from './keys.ts';
import { notFound } from './missing.ts';
import { executionOf, fieldsOf, hostsOf, summaryOf, textOf, type Fields } from './records.ts';

/** How many executions are looked at in one go, and for one page. */
const sliceExecutions = 200;
const mostExecutions = 5_000;
const hostFieldsAtOnce = 1_000;

/** Newest first. A filtered page looks at a bounded number of executions; it may be short and have a next one. */
export async function listExecutions(
  asks: Asks,
  keys: Keys,
  { filter, cursor, limit: asked }: ExecutionQuery,
  signal?: AbortSignal,
): Promise<ExecutionList> {
  const limit = limitOf(asked, 50);
  let place = cursor === undefined ? undefined : placeOf(cursor);
  const filters = isSet(filter);
  const most = filters ? sliceExecutions : Math.min(sliceExecutions, limit + 1);
  const executions: ExecutionSummary[] = [];
  for (let looked = 0; looked < mostExecutions; looked += most) {
    const slice = await executionsBefore(asks, keys, place, filter, most);
    for (const one of await summariesOf(asks, keys, slice)) {
      if (one.summary && matchesExecution(one.summary, filter)) {
        if (executions.length === limit) return { executions, ...next(place), ...(await total(asks, keys, filters)) };
        executions.push(one.summary);
      }
      place = one.place;
    }
    if (slice.length < most) return { executions, ...(await total(asks, keys, filters)) };
    if (signal?.aborted) throw abortReason(signal);
  }
  return { executions, ...next(place) };
}

/** Throws notFound. */
export async function readExecution(asks: Asks, keys: Keys, execution: string): Promise<Execution> {
  const { fields, hasWriter } = await readState(asks, keys, execution);
  return executionOf(execution, fields, hasWriter);
}

/** Throws notFound. */
export async function readStepResult(
  asks: Asks,
  keys: Keys,
  query: StepQuery,
  signal?: AbortSignal,
): Promise<StepResult> {
  const key = keys.of(query.execution).hosts(query.step);
  const [{ fields, hasWriter }, first] = await Promise.all([
    readState(asks, keys, query.execution),
    asks.all([['HSCAN', key, 0, 'COUNT', hostFieldsAtOnce]]),
  ]);
  const step = executionOf(query.execution, fields, hasWriter).steps.find(({ id }) => id === query.step);
  if (!step) throw notFound(`Execution "${query.execution}" has no step "${query.step}".`);
  const hosts = new Map<string, string>();
  for (let [reply] = first; ;) {
    const [next, page] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
    for (const [name, value] of fieldsOf(page)) hosts.set(name, value);
    const cursor = textOf(next) ?? '0';
    if (cursor === '0') break;
    if (signal?.aborted) throw abortReason(signal);
    [reply] = await asks.all([['HSCAN', key, cursor, 'COUNT', hostFieldsAtOnce]]);
  }
  return { step, ...pageHosts(hostsOf(query.execution, hosts, step), query, Date.now()) };
}

async function readState(asks: Asks, keys: Keys, execution: string): Promise<{ fields: Fields; hasWriter: boolean }> {
  const { state, writer } = keys.of(execution);
  const [all, exists] = await asks.all([
    ['HGETALL', state],
    ['EXISTS', writer],
  ]);
  const fields = fieldsOf(all);
  if (!fields.has('status')) throw notFound(`There is no execution "${execution}".`);
  return { fields, hasWriter: exists === 1 || asks.isJustBack };
}

/** An execution's place in the list: those after it were created earlier, or at the same time and have a lesser id. */
interface ListPlace {
  readonly createdAt: string;
  readonly id: string;
}

async function executionsBefore(
  asks: Asks,
  keys: Keys,
  place: ListPlace | undefined,
  filter: ExecutionFilter | undefined,
  most: number,
): Promise<ListPlace[]> {
  const until = filter?.until === undefined ? '+inf' : `(${filter.until}`;
  const highest =
    place && Number(place.createdAt) < (filter?.until ?? Number.POSITIVE_INFINITY) ? place.createdAt : until;
  const lowest = filter?.since ?? '-inf';
  const found: ListPlace[] = [];
  for (let skip = 0; ; skip += most) {
    const range = [
      'ZRANGE',
      keys.executions,
      highest,
      lowest,
      'BYSCORE',
      'REV',
      'LIMIT',
      skip,
      most,
      'WITHSCORES',
    ] as const;
    const [reply] = await asks.all([range]);
    const places = [...fieldsOf(reply)].map(([id, createdAt]) => ({ id, createdAt }));
    found.push(...places.filter((one) => !place || isAfter(one, place)));
    if (places.length < most || found.length >= most) return found.slice(0, most);
  }
}

/** Redis sorts what was created at the same time by the bytes of its id. */
function isAfter(one: ListPlace, { createdAt, id }: ListPlace): boolean {
  if (Number(one.createdAt) !== Number(createdAt)) return Number(one.createdAt) < Number(createdAt);
  return Buffer.compare(Buffer.from(one.id), Buffer.from(id)) < 0;
}

/** An execution without a summary was deleted, or is about to be created. */
async function summariesOf(
  asks: Asks,
  keys: Keys,
  places: readonly ListPlace[],
): Promise<{ place: ListPlace; summary: ExecutionSummary | undefined }[]> {
  const commands = places.flatMap(({ id }): Command[] => {
    const { state, writer } = keys.of(id);
    return [
      ['HMGET', state, ...summaryFields],
      ['EXISTS', writer],
    ];
  });
  const replies = await asks.all(commands);
  return places.map((place, i) => {
    const values = replies[2 * i];
    const fields = new Map<string, string>();
    for (const [j, name] of summaryFields.entries()) {
      const value = Array.isArray(values) ? textOf(values[j] as Reply) : undefined;
      if (value !== undefined) fields.set(name, value);
    }
    const summary = fields.has('status')
      ? summaryOf(place.id, fields, replies[2 * i + 1] === 1 || asks.isJustBack)
      : undefined;
    return { place, summary };
  });
}

const summaryFields = ['about', 'status', 'end', 'beat'] as const;

async function total(asks: Asks, keys: Keys, filters: boolean): Promise<{ total?: number }> {
  if (filters) return {};
  const [count] = await asks.all([['ZCARD', keys.executions]]);
  return { total: Number(count) };
}

function isSet(filter: ExecutionFilter | undefined): boolean {
  return filter !== undefined && Object.values(filter).some((value) => value !== undefined);
}

function next(place: ListPlace | undefined): { next?: string } {
  return place ? { next: `${place.createdAt}/${place.id}` } : {};
}

function placeOf(cursor: string): ListPlace {
  const [, createdAt, id] = /^(-?\d+(?:\.\d+)?(?:e\+\d+)?)\/(.+)$/s.exec(cursor) ?? [];
  if (createdAt === undefined || id === undefined)
    throw new LogError('invalidRequest', 'The list has no such place; read it from its start.');
  return { createdAt, id };
}
