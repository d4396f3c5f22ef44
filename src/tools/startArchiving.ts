import { delay } from '../base/abort.ts';
import { Backoff } from '../base/backoff.ts';
import type { Lease } from '../base/lease.ts';
import { LogError } from '../model/errors.ts';
import type { ExecutionSummary } from '../model/execution.ts';
import type { LogSink } from '../model/sink.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';
import { isFinished, statuses } from '../model/status.ts';
import { archiveExecution } from './archive.ts';
import type { Copied } from './archive/copyLines.ts';

/** What became of an attempt; without `execution`, live or archive could not be used at all. */
export type ArchiveReport =
  | { readonly moved: string; readonly lines: number; readonly lost: number }
  | { readonly failed: string | undefined; readonly error: LogError };

export interface Archiving {
  readonly live: LogSource;
  readonly liveAdmin: LogAdmin;
  /** What tells the metrics in `live`. */
  readonly statistics?: LogStatistics;
  readonly archive: LogSource;
  /** Writes what `archive` reads, in the order it is asked to. */
  readonly archiveSink: LogSink;
  /** Takes back copies that turn out not to be whole. */
  readonly archiveAdmin?: LogAdmin;
  /** Shared by all who archive the same executions. */
  readonly lease: Lease;
  /** How long an execution stays live after its end, in milliseconds; 60,000 when not given. One that was interrupted stays for a day. */
  readonly graceMs?: number;
  readonly signal: AbortSignal;
  readonly report?: (what: ArchiveReport) => void;
}

const mostPause = 5_000;
/** A writer that is thought to be gone may come back with what it has recorded meanwhile. */
const interruptedGrace = 86_400_000;
const finished = statuses.filter(isFinished);

/** What was not moved, and when it is tried again: something in it may never be archived. */
interface Postponed {
  readonly backoff: Backoff;
  until: number;
}

/**
 * Moves executions that have ended some time ago into the archive, until the signal aborts; then resolves. An execution
 * is deleted where it was only after its copy has been compared with it.
 */
export async function startArchiving(archiving: Archiving): Promise<void> {
  const { graceMs = 60_000, lease, signal, report } = archiving;
  const pause = Math.min(mostPause, Math.max(50, graceMs));
  const postponed = new Map<string, Postponed>();
  const stopped = (): boolean => signal.aborted;
  let isTidy = false;
  const work = async (held: AbortSignal): Promise<void> => {
    if (!isTidy) await removeAbandoned({ ...archiving, signal: held });
    isTidy = true;
    await sweep({ ...archiving, graceMs, signal: held }, postponed);
  };
  while (!stopped()) {
    try {
      await lease.hold(work, signal);
    } catch (error) {
      if (!stopped()) report?.({ failed: undefined, error: LogError.from(error) });
    }
    await delay(pause, signal).catch(() => undefined);
  }
}

async function sweep(
  archiving: Archiving & { readonly graceMs: number },
  postponed: Map<string, Postponed>,
): Promise<void> {
  const { signal, report } = archiving;
  for (const { id } of await due(archiving)) {
    if ((postponed.get(id)?.until ?? 0) > Date.now()) continue;
    try {
      report?.({ moved: id, ...(await move(archiving, id)) });
      postponed.delete(id);
    } catch (error) {
      if (signal.aborted) throw error;
      // Somebody else has moved or deleted it.
      if (error instanceof LogError && error.code === 'notFound') continue;
      const again = postponed.get(id) ?? { backoff: new Backoff({ first: 5_000, longest: 3_600_000 }), until: 0 };
      again.until = Date.now() + again.backoff.next();
      postponed.set(id, again);
      report?.({ failed: id, error: LogError.from(error) });
    }
  }
}

async function move(archiving: Archiving, execution: string): Promise<Copied> {
  const { live, liveAdmin, statistics, archive, archiveSink, archiveAdmin, signal } = archiving;
  const into = { source: archive, sink: archiveSink };
  const { status, ...copied } = await archiveExecution(live, into, { execution }, { signal, statistics });
  try {
    await liveAdmin.deleteExecution({ execution, unchanged: { status, lines: copied.lines } }, { signal });
  } catch (error) {
    // Its writer came back while it was copied: what was copied is not all, and is copied again later.
    if (error instanceof LogError && error.code === 'invalidRequest')
      await archiveAdmin?.deleteExecution({ execution }, { signal });
    throw error;
  }
  return copied;
}

/** Removes copies that nobody will complete, because what they were copied from was deleted meanwhile. */
async function removeAbandoned({ live, archiveAdmin, signal }: Archiving): Promise<void> {
  for (const execution of (await archiveAdmin?.abandonedCopies?.({ signal })) ?? [])
    if (await isGone(live, execution, signal)) await archiveAdmin?.removeCopy?.({ execution }, { signal });
}

async function isGone(live: LogSource, execution: string, signal: AbortSignal): Promise<boolean> {
  try {
    await live.getExecution({ execution }, { signal });
    return false;
  } catch (error) {
    if (error instanceof LogError && error.code === 'notFound') return true;
    throw error;
  }
}

/** What ended longer ago than the time of grace, oldest first. */
async function due({ live, graceMs, signal }: Archiving & { readonly graceMs: number }): Promise<ExecutionSummary[]> {
  const found: ExecutionSummary[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { filter: { statuses: finished }, limit: 200, ...(cursor !== undefined && { cursor }) };
    const page = await live.listExecutions(query, { signal });
    found.push(
      ...page.executions.filter(({ status, endedAt = 0 }) => {
        const grace = status === 'interrupted' ? Math.max(graceMs, interruptedGrace) : graceMs;
        return endedAt + grace <= Date.now();
      }),
    );
    cursor = page.next;
    if (cursor === undefined) return found.reverse();
  }
}
