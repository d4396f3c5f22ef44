import { LogError } from '../model/errors.ts';
import type { ExecutionSummary } from '../model/execution.ts';
import { deleteDownTo, isMeasured, type Measured } from '../tools/clearLarge.ts';
import { deleteAll, endedBefore, usualAge, type ClearReport } from '../tools/clearOld.ts';
import type { Limits } from '../tools/startClearing.ts';
import type { Opened } from '../sources/open.ts';
import { ageOf, ageWords } from './age.ts';
import { usageError, type Verb, type Words } from './commandLine.ts';
import { fromOptions, jsonOption, openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { Leaving } from './leaving.ts';
import { paintFor, paintStatus } from './paint.ts';
import { print, printJson } from './printer.ts';
import { sizeOf, sizeWords } from './size.ts';
import { cell, table } from './table.ts';
import { agoWords } from './times.ts';

/** How often it is told how far it is, in milliseconds. */
const toldEvery = 1_000;

export const gc: Verb = {
  name: 'gc',
  operands: '',
  summary: 'Delete executions that ended long ago, with their logs.',
  about:
    'What runs is never deleted. Ctrl-C stops it between two executions; doing it again goes on. With --json it prints\n' +
    'what it deletes, or would delete, one execution per line. Exits with 5 when something may not be deleted.\n' +
    'The file of a SQLite store keeps its size: the room that becomes free in it is used again.',
  options: {
    ...fromOptions,
    'older-than': {
      type: 'string',
      value: 'age',
      help: 'That ended longer ago, like 30d or 12h (default: 90d, with --max-size any age)',
    },
    'max-size': {
      type: 'string',
      value: 'size',
      help: 'The oldest too, until what is left takes no more, like 20GB (SQLite only)',
    },
    'dry-run': { type: 'boolean', help: 'Only show what would be deleted' },
    json: jsonOption,
  },
  async run(words) {
    if (words.operands.length > 0)
      throw usageError(`"execlogs gc" takes options only, not "${words.operands.join(' ')}".`);
    const limits = limitsOf(words);
    const opened = await openFrom(words);
    await using _ = opened;
    using leaving = new Leaving(0);
    const place = placeOf(opened, limits);
    const { signal } = leaving;
    const old =
      limits.ageMs === undefined ? [] : await endedBefore(place.source, Date.now() - limits.ageMs, { signal });
    if (words.flag('dry-run')) return await show(old, place, words.flag('json'));
    return await clear(old, place, leaving, words.flag('json'));
  },
};

interface Place {
  readonly source: Opened['source'];
  readonly admin: NonNullable<Opened['admin']>;
  readonly limits: Limits;
  /** Where it is said what all may take. */
  readonly large?: { readonly admin: Measured; readonly mostBytes: number };
}

function limitsOf(words: Words): Limits {
  const mostBytes = sizeOf(words, 'max-size');
  const ageMs = ageOf(words, 'older-than') ?? (mostBytes === undefined ? usualAge : undefined);
  return { ...(ageMs !== undefined && { ageMs }), ...(mostBytes !== undefined && { mostBytes }) };
}

function placeOf({ source, admin }: Opened, limits: Limits): Place {
  if (!admin) throw new LogError('invalidRequest', 'Nothing can be deleted there: it is kept by a system not ours.');
  const { mostBytes } = limits;
  if (mostBytes === undefined) return { source, admin, limits };
  if (!isMeasured(admin))
    throw new LogError(
      'invalidRequest',
      'Nobody can tell what all takes there. Use --older-than instead of --max-size.',
    );
  return { source, admin, limits, large: { admin, mostBytes } };
}

async function show(old: readonly ExecutionSummary[], { limits, large }: Place, json: boolean): Promise<number> {
  if (json) for (const execution of old) await printJson(execution);
  else if (old.length > 0) {
    const paint = paintFor(process.stdout);
    const now = Date.now();
    const rows = old.map(({ id, status, endedAt, name }) => [
      ...[paint('bold', cell(id)), paintStatus(paint, status), agoWords(endedAt, now), cell(name)],
    ]);
    await print(table(['execution', 'status', 'ended', 'name'], rows));
  }
  if (limits.ageMs !== undefined) tell(`${countWords(old.length)}${agesWords(limits)} would be deleted`);
  if (!large) return exitCodes.done;
  const used = await large.admin.usedBytes();
  const beyond = used - large.mostBytes;
  const then =
    beyond > 0 ? `the oldest would be deleted, about ${sizeWords(beyond)}` : 'none would be deleted for that';
  tell(`all takes ${sizeWords(used)}: ${then}`);
  return exitCodes.done;
}

async function clear(old: readonly ExecutionSummary[], place: Place, leaving: Leaving, json: boolean): Promise<number> {
  let [deleted, kept, toldAt] = [0, 0, Date.now()];
  const { limits, large } = place;
  try {
    for await (const what of reports(old, place, leaving.signal)) {
      if ('deleted' in what) {
        deleted++;
        if (json) await printJson(what.deleted);
      } else {
        kept++;
        tell(`${what.kept.id} is kept: ${what.error.message}`);
      }
      if (Date.now() - toldAt < toldEvery) continue;
      toldAt = Date.now();
      tell(large ? `${deleted} deleted` : `${deleted} of ${old.length} deleted`);
    }
  } catch (error) {
    if (!leaving.isAsked) throw error;
    tell(`stopped: ${countWords(deleted)} deleted. Do it again to go on.`);
    return exitCodes.failed;
  }
  const left = large && `; what is left takes ${sizeWords(await large.admin.usedBytes())}`;
  tell(`${countWords(deleted)}${large ? '' : agesWords(limits)} deleted${left ?? ''}`);
  return kept > 0 ? exitCodes.refused : exitCodes.done;
}

async function* reports(
  old: readonly ExecutionSummary[],
  { source, admin, large }: Place,
  signal: AbortSignal,
): AsyncGenerator<ClearReport, void> {
  yield* deleteAll(admin, old, { signal });
  if (large) yield* deleteDownTo(large.mostBytes, { source, admin: large.admin }, { signal });
}

function agesWords({ ageMs }: Limits): string {
  return ageMs === undefined ? '' : ` that ended more than ${ageWords(ageMs)} ago`;
}

function countWords(count: number): string {
  return count === 1 ? '1 execution' : `${count.toLocaleString('en')} executions`;
}

function tell(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}
