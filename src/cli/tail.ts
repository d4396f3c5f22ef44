import type { LogPage, TailState } from '../model/page.ts';
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
    const opened = await openFrom(words);
    await using _ = opened;
    const scope = await scopeOf(opened.source, await namedExecution(opened.source, name), words);
    const printer = new LinePrinter(scope, { json: words.flag('json'), times: words.flag('times') });
    const query = { ...scope, position, ...(filter && { filter }) };
    if (limit === undefined) {
      await printAll(opened.source.tailLog(query), printer);
      return exitCodes.done;
    }
    const last = await readBackward(opened.source, query, limit);
    for (const page of last) await printer.page(page);
    const end = last.at(-1);
    if (!end || end.complete) return exitCodes.done;
    const rest = opened.source.tailLog({ ...query, position: { at: 'after', pointer: end.newer } });
    await printAll(rest, printer);
    return exitCodes.done;
  },
};

/** Prints a tail; what keeps it from its source, and that it is back, is said beside. */
async function printAll(pages: AsyncIterable<LogPage>, printer: LinePrinter): Promise<void> {
  let said = '';
  for await (const page of pages) {
    await printer.page(page);
    if (!page.state) continue;
    const words = stateWords(page.state, Date.now());
    if (words === '' ? said !== '' : words !== said) process.stderr.write(`execlogs: ${words || 'live again'}\n`);
    said = words;
  }
}

/** Empty while all is well. */
function stateWords(state: TailState, now: number): string {
  switch (state.kind) {
    case 'live':
    case 'catchingUp':
      return '';
    case 'polling':
      return state.why === undefined ? '' : `asking every ${state.seconds} s: ${state.why}`;
    case 'reconnecting':
      return `reconnecting in ${Math.max(0, Math.ceil((state.at - now) / 1_000))} s: ${state.why}`;
  }
}
