import type { LogQuery } from '../model/query.ts';
import type { LogPage } from '../model/page.ts';
import type { LogSource } from '../model/source.ts';
import type { Verb } from './commandLine.ts';
import { openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { LinePrinter } from './linePrinter.ts';
import { filterOf, logOptions, positionOf, scopeOf } from './logQuery.ts';
import { namedExecution } from './namedExecution.ts';

const page = { lines: 1_000, bytes: 1_048_576 } as const;

export const logs: Verb = {
  name: 'logs',
  operands: '<execution>',
  summary: 'Print lines of an execution, a step or a host.',
  about:
    'Without --limit and pointer the whole log is printed, with --limit its last lines. Pointers come from --json.\n' +
    'Colours are kept on a terminal; other control sequences never reach it.',
  options: {
    ...logOptions,
    before: { type: 'string', value: 'pointer', help: 'End before this line' },
  },
  async run(words) {
    const name = words.operand('execution');
    const filter = filterOf(words);
    const position = positionOf(words);
    const limit = words.count('limit');
    const opened = await openFrom(words);
    await using _ = opened;
    const scope = await scopeOf(opened.source, await namedExecution(opened.source, name), words);
    const printer = new LinePrinter(scope, { json: words.flag('json'), times: words.flag('times') });
    const query = { ...scope, position, ...(filter && { filter }) };
    const backward = position.at === 'end' || position.at === 'before';
    const pages = backward ? await readBackward(opened.source, query, limit) : readForward(opened.source, query, limit);
    for await (const next of pages) await printer.page(next);
    return exitCodes.done;
  },
};

async function* readForward(
  source: LogSource,
  query: LogQuery,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<LogPage> {
  let position = query.position;
  for (let left = limit; left > 0;) {
    const next = await source.readLog({ ...query, position, limit: { ...page, lines: Math.min(page.lines, left) } });
    yield next;
    left -= next.lines.count;
    if (next.complete || isEnd(next, position)) return;
    position = { at: 'after', pointer: next.newer };
  }
}

/** A page that did not get further is the end for now. */
function isEnd(read: LogPage, from: LogQuery['position']): boolean {
  return read.lines.count === 0 && from.at === 'after' && read.newer === from.pointer;
}

/** The pages before a place, in log order. */
export async function readBackward(
  source: LogSource,
  query: LogQuery,
  limit = Number.POSITIVE_INFINITY,
): Promise<LogPage[]> {
  const pages: LogPage[] = [];
  let position = query.position;
  for (let left = limit; left > 0;) {
    const next = await source.readLog({ ...query, position, limit: { ...page, lines: Math.min(page.lines, left) } });
    pages.unshift(next);
    left -= next.lines.count;
    if (next.older === undefined) break;
    position = { at: 'before', pointer: next.older };
  }
  return pages;
}
