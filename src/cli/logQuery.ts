import type { Execution, Step } from '../model/execution.ts';
import { levels, streams } from '../model/line.ts';
import { pointer } from '../model/pointer.ts';
import type { LogFilter, LogScope, Position } from '../model/query.ts';
import type { LogSource } from '../model/source.ts';
import { isFinished, type Status } from '../model/status.ts';
import { LogError } from '../model/errors.ts';
import { usageError, type Option, type Words } from './commandLine.ts';
import { fromOptions, jsonOption } from './connection.ts';

/** What `logs` and `tail` have in common. */
export const logOptions: Readonly<Record<string, Option>> = {
  ...fromOptions,
  step: { type: 'string', value: 'step', help: 'Only this step, by id or name' },
  host: { type: 'string', value: 'host', help: 'Only this host, by id or name; needs --step unless there is one step' },
  after: { type: 'string', value: 'pointer', help: 'Begin after this line' },
  limit: {
    type: 'string',
    short: 'n',
    value: 'count',
    help: 'At most so many lines: the last ones, or those next to the pointer',
  },
  grep: { type: 'string', short: 'g', value: 'text', help: 'Only lines with this text, upper and lower case alike' },
  regex: { type: 'boolean', short: 'E', help: '--grep and --exclude are regular expressions' },
  'match-case': { type: 'boolean', help: '--grep and --exclude tell upper from lower case' },
  'ignore-case': { type: 'boolean', short: 'i', help: '--grep and --exclude do not; this is the default' },
  word: { type: 'boolean', short: 'w', help: '--grep and --exclude match whole words' },
  exclude: { type: 'string', value: 'text', help: 'Leave out lines with this text' },
  level: { type: 'string', multiple: true, value: 'level', help: `Only these: ${levels.join(', ')}` },
  stream: { type: 'string', multiple: true, value: 'stream', help: `Only these: ${streams.join(', ')}` },
  times: { type: 'boolean', short: 't', help: 'Print the time before each line' },
  json: jsonOption,
};

export function filterOf(words: Words): LogFilter | undefined {
  const pattern = (name: string) => {
    const text = words.text(name);
    if (text === undefined) return undefined;
    if (words.flag('match-case') && words.flag('ignore-case'))
      throw usageError('--match-case and --ignore-case exclude each other.');
    return {
      pattern: text,
      regex: words.flag('regex'),
      matchCase: words.flag('match-case'),
      wholeWord: words.flag('word'),
    };
  };
  const text = pattern('grep');
  const exclude = pattern('exclude');
  const onlyLevels = words.choices('level', levels);
  const onlyStreams = words.choices('stream', streams);
  const filter = {
    ...(text && { text }),
    ...(exclude && { exclude }),
    ...(onlyLevels.length > 0 && { levels: onlyLevels }),
    ...(onlyStreams.length > 0 && { streams: onlyStreams }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}

/** Where reading begins. */
export function positionOf(words: Words): Position {
  const before = words.text('before');
  const after = words.text('after');
  if (before !== undefined && after !== undefined) throw usageError('--before and --after exclude each other.');
  if (before !== undefined) return { at: 'before', pointer: pointer(before) };
  if (after !== undefined) return { at: 'after', pointer: pointer(after) };
  return { at: words.count('limit') === undefined ? 'start' : 'end' };
}

/** The scope somebody means; an execution that has no more than one step on one host is that host's log. */
export async function scopeOf(source: LogSource, execution: Execution, words: Words): Promise<LogScope> {
  const typedStep = words.text('step');
  const typedHost = words.text('host');
  const mayGrow = (status: Status) =>
    source.capabilities.wideScopes && execution.kind !== 'command' && !isFinished(status);
  const isOnly = execution.steps.length === 1 && (typedHost !== undefined || !mayGrow(execution.status));
  const only = isOnly ? execution.steps[0] : undefined;
  const step = typedStep === undefined ? only : stepNamed(execution, typedStep);
  if (!step) {
    if (typedHost !== undefined) throw usageError('--host needs --step: this execution has several steps.');
    return { execution: execution.id };
  }
  if (typedHost === undefined && mayGrow(step.status)) return { execution: execution.id, step: step.id };
  const host = await hostNamed(source, execution, step, typedHost);
  return { execution: execution.id, step: step.id, ...(host !== undefined && { host }) };
}

function stepNamed(execution: Execution, name: string): Step {
  const byId = execution.steps.find(({ id }) => id === name);
  if (byId) return byId;
  const [step, other] = execution.steps.filter((candidate) => candidate.name === name);
  if (!step) {
    const there = execution.steps.map(({ id }) => id).join(', ');
    throw new LogError('notFound', `Execution ${execution.id} has no step "${name}"; it has ${there || 'none yet'}.`);
  }
  if (other) throw usageError(`Several steps are called "${name}"; use an id: ${step.id} or ${other.id}.`);
  return step;
}

async function hostNamed(
  source: LogSource,
  execution: Execution,
  step: Step,
  name?: string,
): Promise<string | undefined> {
  const query = { execution: execution.id, step: step.id, limit: 200, ...(name !== undefined && { text: name }) };
  const page = await source.getStepResult(query);
  if (name === undefined) return page.hosts.length === 1 ? page.hosts[0]?.id : undefined;
  const host = page.hosts.find(({ id }) => id === name) ?? page.hosts.find((candidate) => candidate.name === name);
  if (!host) throw new LogError('notFound', `Step ${step.id} of ${execution.id} has no host "${name}".`);
  return host.id;
}
