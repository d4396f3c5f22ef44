import { settled } from '../../../base/settle.ts';
import type { LogScope } from '../../../model/query.ts';
import { isFinished } from '../../../model/status.ts';
import type { Command, Reply } from '../connection.ts';
import type { ExecutionKeys } from './keys.ts';
import { notFound } from './missing.ts';
import { numberOf, statusNow, statusOf, textOf, wordsOf } from './records.ts';

/** What a read of a scope's log wants to know beside its lines. */
export interface ScopeState {
  /** Tells an execution from an earlier one with the same id. */
  readonly born: string;
  readonly rows: number;
  /** Nothing more will be written. */
  readonly finished: boolean;
  /** The log's number, of a host's own log. */
  readonly log: number;
  /** How many of a host's entries are gone from its log. */
  readonly gone: number;
}

/** What asks for it. The state stands before the lines, so that lines read behind it are all that it speaks of. */
export function stateCommands(keys: ExecutionKeys, { step, host }: LogScope): Command[] {
  const ofStep = step === undefined ? [] : [`status/${step}`, `log/${step}`];
  const commands: Command[] = [
    ['HMGET', keys.state, 'born', 'status', 'log', ...ofStep],
    ['EXISTS', keys.writer],
  ];
  if (step !== undefined && host !== undefined)
    commands.push(['HGET', keys.hosts(step), `log/${host}`], ['XLEN', keys.lines(step, host)]);
  return commands;
}

/** After Redis has been away its writers are given time to come back. Throws notFound. */
export function scopeState(
  { execution, step, host }: LogScope,
  replies: readonly Reply[],
  isJustBack: boolean,
): ScopeState {
  const [fields, writer, packed, entries] = replies;
  const [born, status, log, stepStatus, stepLog] = (Array.isArray(fields) ? (fields as readonly Reply[]) : []).map(
    textOf,
  );
  if (status === undefined) throw notFound(`There is no execution "${execution}".`);
  const whole = { status: statusNow(status, writer === 1 || isJustBack) };
  const known = { born: born ?? '', log: 0, gone: 0 };
  if (step === undefined) return { ...known, rows: rowsOf(log), finished: isFinished(whole.status) };
  if (stepStatus === undefined) throw notFound(`Execution "${execution}" has no step "${step}".`);
  const part = settled({ status: statusOf(wordsOf(stepStatus)[0]) }, whole);
  if (host === undefined) return { ...known, rows: rowsOf(stepLog), finished: isFinished(part.status) };
  const [number, own, , lines, written] = wordsOf(textOf(packed));
  if (number === undefined) throw notFound(`Step "${step}" has no host "${host}".`);
  return {
    ...known,
    rows: numberOf(lines) ?? 0,
    finished: isFinished(settled({ status: statusOf(own) }, part).status),
    log: numberOf(number) ?? 0,
    gone: Math.max(0, (numberOf(written) ?? 0) - Number(entries ?? 0)),
  };
}

function rowsOf(packed: string | undefined): number {
  return numberOf(wordsOf(packed)[0]) ?? 0;
}
