import { usageError, type Verb } from './commandLine.ts';
import { openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { LinePrinter } from './linePrinter.ts';
import { filterOf, logOptions, positionOf, scopeOf } from './logQuery.ts';
import { readBackward } from './logs.ts';
import { namedExecution } from './namedExecution.ts';

export const tail: Verb = {
  name: 'tail',
  operands: '<execution>',
  summary: 'Print lines as they come, until the execution ends.',
  about: 'Begins with what is there: all of it, or the last lines with --limit, or what follows --after.',
  options: logOptions,
  async run(words) {
    const name = words.operand('execution');
    const filter = filterOf(words);
    const limit = words.count('limit');
    const position = positionOf(words);
    if (position.at === 'after' && limit !== undefined) throw usageError('--after and --limit exclude each other.');
    const opened = await openFrom(words.text('from'));
    await using _ = opened;
    const scope = await scopeOf(opened.source, await namedExecution(opened.source, name), words);
    const printer = new LinePrinter(scope, { json: words.flag('json'), times: words.flag('times') });
    const query = { ...scope, position, ...(filter && { filter }) };
    if (limit === undefined) {
      for await (const page of opened.source.tailLog(query)) await printer.page(page);
      return exitCodes.done;
    }
    const last = await readBackward(opened.source, query, limit);
    for (const page of last) await printer.page(page);
    const end = last.at(-1);
    if (!end || end.complete) return exitCodes.done;
    const rest = opened.source.tailLog({ ...query, position: { at: 'after', pointer: end.newer } });
    for await (const page of rest) await printer.page(page);
    return exitCodes.done;
  },
};
