import { LogError } from '../model/errors.ts';
import { deleteAll, endedBefore, usualAge } from '../tools/clearOld.ts';
import { ageOf, ageWords } from './age.ts';
import { usageError, type Verb } from './commandLine.ts';
import { fromOptions, jsonOption, openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { Leaving } from './leaving.ts';
import { paintFor, paintStatus } from './paint.ts';
import { print, printJson } from './printer.ts';
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
    'what it deletes, or would delete, one execution per line. Exits with 5 when something may not be deleted.',
  options: {
    ...fromOptions,
    'older-than': { type: 'string', value: 'age', help: 'That ended longer ago, like 30d or 12h (default: 90d)' },
    'dry-run': { type: 'boolean', help: 'Only show what would be deleted' },
    json: jsonOption,
  },
  async run(words) {
    if (words.operands.length > 0)
      throw usageError(`"execlogs gc" takes options only, not "${words.operands.join(' ')}".`);
    const age = ageOf(words, 'older-than') ?? usualAge;
    const opened = await openFrom(words);
    await using _ = opened;
    using leaving = new Leaving(0);
    const { source, admin } = opened;
    if (!admin) throw new LogError('invalidRequest', 'Nothing can be deleted there: it is kept by a system not ours.');
    const now = Date.now();
    const old = await endedBefore(source, now - age, { signal: leaving.signal });
    const json = words.flag('json');
    const ended = `ended more than ${ageWords(age)} ago`;
    if (words.flag('dry-run')) {
      if (json) for (const execution of old) await printJson(execution);
      else if (old.length > 0) {
        const paint = paintFor(process.stdout);
        const rows = old.map(({ id, status, endedAt, name }) => [
          ...[paint('bold', cell(id)), paintStatus(paint, status), agoWords(endedAt, now), cell(name)],
        ]);
        await print(table(['execution', 'status', 'ended', 'name'], rows));
      }
      tell(`${countWords(old.length)} that ${ended} would be deleted`);
      return exitCodes.done;
    }
    let [deleted, kept, toldAt] = [0, 0, now];
    try {
      for await (const what of deleteAll(admin, old, { signal: leaving.signal })) {
        if ('deleted' in what) {
          deleted++;
          if (json) await printJson(what.deleted);
        } else {
          kept++;
          tell(`${what.kept.id} is kept: ${what.error.message}`);
        }
        if (Date.now() - toldAt < toldEvery) continue;
        toldAt = Date.now();
        tell(`${deleted} of ${old.length} deleted`);
      }
    } catch (error) {
      if (!leaving.isAsked) throw error;
      tell(`stopped: ${deleted} of ${old.length} deleted. Do it again to go on.`);
      return exitCodes.failed;
    }
    tell(`${countWords(deleted)} that ${ended} deleted`);
    return kept > 0 ? exitCodes.refused : exitCodes.done;
  },
};

function countWords(count: number): string {
  return count === 1 ? '1 execution' : `${count.toLocaleString('en')} executions`;
}

function tell(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}
