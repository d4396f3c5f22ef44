import { abortReason } from '../../base/abort.ts';
import { pointerPrefix } from '../../base/hostPointer.ts';
import { hoursOf, type HourRange } from '../../base/hours.ts';
import { Tally } from '../../base/tally.ts';
import { pointer } from '../../model/pointer.ts';
import type { FrequentError, Statistics, StatisticsQuery } from '../../model/statistics.ts';
import { countColumns, countsOf, countSums, hourMilliseconds } from './countColumns.ts';
import { everything, ofJob } from './counting.ts';
import { nextTurn, type Database, type Row } from './database.ts';
import { scheme } from './hostLogs.ts';
import { summaryOf } from './rows.ts';
import { findExecution, idOf } from './scope.ts';
import { statusNow, writerColumns } from './writers.ts';

/** How many of the newest executions are looked at for how they ended, and for errors of a range of time. */
const mostExecutions = 10_000;
const mostInRange = 500;
const sliceExecutions = 1_000;
const sliceHours = 24;
const toldSteps = 100;
const toldErrors = 20;

/** Throws notFound. Others get their turn between its reads, each of which takes a few milliseconds. */
export async function statistics(db: Database, query: StatisticsQuery, signal?: AbortSignal): Promise<Statistics> {
  const tally = new Tally();
  const range = hoursOf(query);
  if (query.execution !== undefined) {
    const { execution, job } = query;
    await db.read(() => {
      tallyOne(db, tally, { execution, job, range });
    });
    return tally.statistics();
  }
  const scope: Scope = { job: query.job, range };
  const tallies = range ? [tallyHours, tallyErrors] : [tallyTotals];
  for (const part of [...tallies, tallyExecutions])
    for await (const _ of part(db, tally, scope, range ?? always)) {
      await nextTurn();
      if (signal?.aborted) throw abortReason(signal);
    }
  return tally.statistics();
}

const always: HourRange = { from: -Number.MAX_VALUE, to: Number.MAX_VALUE };

interface Scope {
  readonly job: string | undefined;
  readonly range: HourRange | undefined;
}

function tallyOne(db: Database, tally: Tally, { execution, job, range }: Scope & { readonly execution: string }): void {
  const row = findExecution(db, execution);
  if (job !== undefined && row['job'] !== job) return;
  const { from, to } = inHours(range ?? always);
  const counts = db.all(
    `SELECT s.step, c.hour, ${countColumns} FROM counts c JOIN steps s ON s.id = c.step
     WHERE c.execution = ? AND c.hour >= ? AND c.hour < ?`,
    ...[idOf(row), from, to],
  );
  addCounts(tally, counts);
  for (const error of db.all('SELECT text, count, execution FROM errors WHERE execution = ?', idOf(row)))
    addError(db, tally, error);
  tally.addExecution(summaryOf(row));
}

/** Totals of what has ended, and the counts of what has not. */
async function* tallyTotals(db: Database, tally: Tally, { job }: Scope): AsyncGenerator<void, void> {
  const owner = job === undefined ? everything : ofJob(job);
  const open = `x.counted = 0 AND x.execution IS NOT NULL${job === undefined ? '' : ' AND x.job = ?'}`;
  const ofOpen = job === undefined ? [] : [job];
  await db.read(() => {
    for (const row of db.all('SELECT * FROM hour_totals WHERE owner = ?', owner))
      tally.addHour(Number(row['hour']) * hourMilliseconds, countsOf(row));
    for (const row of db.all(
      `SELECT * FROM (SELECT * FROM step_totals WHERE owner = ? ORDER BY lines DESC LIMIT ${toldSteps})
       UNION SELECT * FROM step_totals WHERE owner = ? AND step IN (SELECT s.step FROM executions x
         JOIN steps s ON s.execution = x.id WHERE ${open})`,
      ...[owner, owner, ...ofOpen],
    ))
      tally.addStep(String(row['step']), countsOf(row));
    for (const row of db.all(
      `SELECT * FROM (SELECT * FROM error_totals WHERE owner = ? ORDER BY count DESC LIMIT ${toldErrors})
       UNION SELECT * FROM error_totals WHERE owner = ? AND text IN (SELECT e.text FROM executions x
         JOIN errors e ON e.execution = x.id WHERE ${open})`,
      ...[owner, owner, ...ofOpen],
    ))
      addError(db, tally, row);
    const counts = db.all(
      `SELECT s.step, c.hour, ${countColumns} FROM executions x JOIN counts c ON c.execution = x.id
       JOIN steps s ON s.id = c.step WHERE ${open}`,
      ...ofOpen,
    );
    addCounts(tally, counts);
    const errors = db.all(
      `SELECT e.text, e.count, e.execution FROM executions x JOIN errors e ON e.execution = x.id WHERE ${open}`,
      ...ofOpen,
    );
    for (const error of errors) addError(db, tally, error);
  });
  yield;
}

/** The lines of a range, some hours at a time. */
async function* tallyHours(db: Database, tally: Tally, { job }: Scope, range: HourRange): AsyncGenerator<void, void> {
  const { from, to } = inHours(range);
  for (let at = from; ;) {
    const start = at;
    const end = await db.read(() => {
      const first = db.get('SELECT hour FROM counts WHERE hour >= ? AND hour < ? ORDER BY hour LIMIT 1', start, to);
      if (!first) return undefined;
      const next = Math.min(to, Number(first['hour']) + sliceHours);
      const counts = db.all(
        `SELECT s.step, c.hour, ${countSums} FROM counts c JOIN executions x ON x.id = c.execution
         JOIN steps s ON s.id = c.step WHERE c.hour >= ? AND c.hour < ? AND x.execution IS NOT NULL
         ${job === undefined ? '' : 'AND x.job = ?'} GROUP BY s.step, c.hour`,
        ...[start, next, ...(job === undefined ? [] : [job])],
      );
      addCounts(tally, counts);
      return next;
    });
    if (end === undefined) return;
    at = end;
    yield;
  }
}

async function* tallyErrors(
  db: Database,
  tally: Tally,
  { job }: Scope,
  { from, to }: HourRange,
): AsyncGenerator<void, void> {
  await db.read(() => {
    const errors = db.all(
      `SELECT e.text, sum(e.count) AS count, max(e.execution) AS execution FROM errors e WHERE e.execution IN (
         SELECT id FROM executions WHERE execution IS NOT NULL AND created_at >= ? AND created_at < ?
         ${job === undefined ? '' : 'AND job = ?'} ORDER BY created_at DESC LIMIT ${mostInRange})
       GROUP BY e.text ORDER BY count DESC LIMIT ${toldErrors}`,
      ...[from, to, ...(job === undefined ? [] : [job])],
    );
    for (const error of errors) addError(db, tally, error);
  });
  yield;
}

async function* tallyExecutions(
  db: Database,
  tally: Tally,
  { job }: Scope,
  { from, to }: HourRange,
): AsyncGenerator<void, void> {
  let place = [Number.MAX_VALUE, 0];
  for (let looked = 0; looked < mostExecutions; looked += sliceExecutions) {
    const before = place;
    const rows = await db.read(() =>
      db.all(
        `SELECT e.id, e.created_at, e.status, e.started_at, e.ended_at, ${writerColumns} FROM executions e
         LEFT JOIN writers w ON w.id = e.writer WHERE (e.created_at, e.id) < (?, ?) AND e.created_at >= ?
         AND e.created_at < ? AND e.execution IS NOT NULL ${job === undefined ? '' : 'AND e.job = ?'}
         ORDER BY e.created_at DESC, e.id DESC LIMIT ${sliceExecutions}`,
        ...[...before, from, to, ...(job === undefined ? [] : [job])],
      ),
    );
    for (const row of rows) {
      const { status, interruptedAt } = statusNow(row);
      const endedAt = interruptedAt ?? row['ended_at'];
      tally.addExecution({
        status,
        ...(typeof row['started_at'] === 'number' && { startedAt: row['started_at'] }),
        ...(typeof endedAt === 'number' && { endedAt }),
      });
    }
    yield;
    const last = rows.at(-1);
    if (rows.length < sliceExecutions || !last) return;
    place = [Number(last['created_at']), idOf(last)];
  }
}

function addCounts(tally: Tally, rows: readonly Row[]): void {
  for (const row of rows) tally.addLines(String(row['step']), Number(row['hour']) * hourMilliseconds, countsOf(row));
}

/** An error by its text, how often it occurred, and the id of an execution in which it did. */
function addError(db: Database, tally: Tally, { text, count, execution }: Row): void {
  const row = db.get(
    `SELECT x.execution, e.host, e.number, h.formerly FROM errors e JOIN executions x ON x.id = e.execution
     JOIN hosts h ON h.id = e.host WHERE e.execution = ? AND e.text = ?`,
    ...[execution ?? null, text ?? null],
  );
  if (!row) return;
  const name = String(row['execution']);
  const prefix = row['formerly'] ?? pointerPrefix(scheme, name, Number(row['host']));
  const error: FrequentError = {
    ...{ text: String(text), count: Number(count), execution: name },
    pointer: pointer(`${String(prefix)}${String(row['number'])}`),
  };
  tally.addError(error);
}

function inHours({ from, to }: HourRange): HourRange {
  return { from: Math.ceil(from / hourMilliseconds), to: Math.ceil(to / hourMilliseconds) };
}
