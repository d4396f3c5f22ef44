import type { Change, LogSource } from '../model/source.ts';
import type { WatchQuery } from '../model/query.ts';

/** How many executions, and how many hosts of a step, are compared: the newest, and those that need attention most. */
const mostExecutions = 50;
const mostHosts = 1_000;

type Asked = Pick<LogSource, 'listExecutions' | 'getExecution' | 'getStepResult'>;

/**
 * Tells changes of a system that does not tell them itself: asks again after each `pause` and compares. Lines that
 * were written are no change here, for nothing counts them; a change that is undone between two looks goes unseen.
 * Ends as `pause` and the source's calls do, by throwing.
 */
export async function* pollingWatch(
  source: Asked,
  query: WatchQuery,
  pause: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  let before = await look(source, query, signal);
  for (;;) {
    await pause(signal);
    const now = await look(source, query, signal);
    for (const [key, { change, state }] of now) if (before.get(key)?.state !== state) yield change;
    for (const [key, { change }] of before) if (!now.has(key) && query.execution !== undefined) yield change;
    before = now;
  }
}

interface Seen {
  readonly change: Change;
  /** Everything that may change, in one string. */
  readonly state: string;
}

type Look = ReadonlyMap<string, Seen>;

async function look(source: Asked, { execution, step }: WatchQuery, signal: AbortSignal): Promise<Look> {
  const seen = new Map<string, Seen>();
  const see = (change: Change, state: unknown) => {
    seen.set(JSON.stringify([change.step, change.host, change.execution]), { change, state: JSON.stringify(state) });
  };
  if (execution === undefined) {
    const { executions } = await source.listExecutions({ limit: mostExecutions }, { signal });
    for (const one of executions) see({ execution: one.id }, one);
  } else if (step === undefined) {
    const { steps, ...own } = await source.getExecution({ execution }, { signal });
    see({ execution }, own);
    for (const one of steps) see({ execution, step: one.id }, one);
  } else {
    const result = await source.getStepResult({ execution, step, limit: mostHosts }, { signal });
    const { hosts: _, ...own } = result.step;
    see({ execution, step }, own);
    for (const host of result.hosts) see({ execution, step, host: host.id }, host);
  }
  return seen;
}
