import { LogError } from '../model/errors.ts';
import type { Execution, ExecutionSummary } from '../model/execution.ts';
import type { LogSource } from '../model/source.ts';
import { usageError } from './commandLine.ts';

/** More executions than this are not looked through for the beginning of an id. */
const farthest = 10_000;

/** The execution somebody means by its id, the beginning of its id, or "latest". */
export async function namedExecution(source: LogSource, name: string): Promise<Execution> {
  if (name === 'latest') {
    const { executions, notice } = await source.listExecutions({ limit: 1 });
    const [latest] = executions;
    if (!latest)
      throw new LogError('notFound', `There is no execution yet.${notice === undefined ? '' : ` ${notice}`}`);
    return source.getExecution({ execution: latest.id });
  }
  try {
    return await source.getExecution({ execution: name });
  } catch (error) {
    const failure = LogError.from(error);
    if (failure.code !== 'notFound') throw failure;
    return source.getExecution({ execution: await fullId(source, name, failure) });
  }
}

async function fullId(source: LogSource, beginning: string, failure: LogError): Promise<string> {
  const found: ExecutionSummary[] = [];
  let cursor: string | undefined;
  let seen = 0;
  do {
    const filter = { text: beginning };
    const page = await source.listExecutions({ filter, limit: 200, ...(cursor !== undefined && { cursor }) });
    found.push(...page.executions.filter(({ id }) => id.startsWith(beginning)));
    seen += page.executions.length;
    cursor = page.next;
  } while (cursor !== undefined && found.length < 2 && seen < farthest);
  const [only, other] = found;
  if (!only) throw failure;
  if (other)
    throw usageError(
      `"${beginning}" may be ${only.id} (${only.name}) or ${other.id} (${other.name}). Say more of the id.`,
    );
  return only.id;
}
