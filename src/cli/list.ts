import { durationOf, type ExecutionSummary } from '../model/execution.ts';
import type { ExecutionQuery } from '../model/query.ts';
import { statuses } from '../model/status.ts';
import type { Verb, Words } from './commandLine.ts';
import { usageError } from './commandLine.ts';
import { fromOptions, jsonOption, openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { paintFor, paintStatus } from './paint.ts';
import { print, printJson } from './printer.ts';
import { cell, table } from './table.ts';
import { plainText } from './terminalText.ts';
import { agoWords, durationWords } from './times.ts';

const defaultLimit = 50;
const pageSize = 200;

export const list: Verb = {
  name: 'list',
  operands: '',
  summary: 'List executions, newest first.',
  options: {
    ...fromOptions,
    status: { type: 'string', multiple: true, value: 'status', help: `Only these: ${statuses.join(', ')}` },
    text: { type: 'string', value: 'text', help: 'Only those with this text in their name or id' },
    job: { type: 'string', value: 'id', help: 'Only runs of this job' },
    limit: { type: 'string', short: 'n', value: 'count', help: `At most so many (default ${defaultLimit})` },
    json: jsonOption,
  },
  async run(words) {
    if (words.operands.length > 0)
      throw usageError(`"execlogs list" takes options only, not "${words.operands.join(' ')}".`);
    const query = queryOf(words);
    const opened = await openFrom(words);
    await using _ = opened;
    const found: ExecutionSummary[] = [];
    const limit = words.count('limit') ?? defaultLimit;
    const notices = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await opened.source.listExecutions({
        ...query,
        limit: Math.min(pageSize, limit - found.length),
        ...(cursor !== undefined && { cursor }),
      });
      if (words.flag('json')) for (const execution of page.executions) await printJson(execution);
      if (page.notice !== undefined) notices.add(page.notice);
      found.push(...page.executions);
      cursor = page.next;
    } while (cursor !== undefined && found.length < limit);
    if (!words.flag('json')) await show(found, cursor !== undefined, noneWords(words));
    for (const notice of notices) process.stderr.write(`execlogs: This list may not be whole. ${plainText(notice)}\n`);
    return exitCodes.done;
  },
};

function queryOf(words: Words): Pick<ExecutionQuery, 'filter'> {
  const chosen = words.choices('status', statuses);
  const text = words.text('text');
  const job = words.text('job');
  return {
    filter: {
      ...(chosen.length > 0 && { statuses: chosen }),
      ...(text !== undefined && { text }),
      ...(job !== undefined && { job }),
    },
  };
}

/** What an empty list means, and what to do about it. */
function noneWords(words: Words): string {
  const isPart =
    words.choices('status', statuses).length > 0 || (words.text('text') ?? words.text('job')) !== undefined;
  if (isPart) return 'no execution found that is as asked for. Leave out --status, --text or --job to see others.';
  if (words.text('from') !== undefined)
    return 'no execution found there: nothing was recorded yet, or --from names another place.';
  return 'no execution found. Record one with: execlogs run -- <command>';
}

async function show(executions: readonly ExecutionSummary[], more: boolean, none: string): Promise<void> {
  if (executions.length === 0) {
    process.stderr.write(`execlogs: ${none}\n`);
    return;
  }
  const paint = paintFor(process.stdout);
  const now = Date.now();
  const rows = executions.map((execution) => [
    paint('bold', cell(execution.id)),
    paintStatus(paint, execution.status),
    durationWords(durationOf(execution, now)),
    agoWords(execution.startedAt ?? execution.createdAt, now),
    cell(execution.name),
  ]);
  await print(table(['execution', 'status', 'time', 'started', 'name'], rows, [2]));
  if (more) process.stderr.write('execlogs: there are more; see --limit.\n');
}
