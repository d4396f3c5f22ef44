import { delay } from '../base/abort.ts';
import type { Lease } from '../base/lease.ts';
import { LogError } from '../model/errors.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import { deleteDownTo, isMeasured } from './clearLarge.ts';
import { deleteAll, endedBefore, type ClearReport } from './clearOld.ts';

/** What is deleted; nothing for a limit that is not there. */
export interface Limits {
  /** How long an execution is kept after its end, in milliseconds. */
  readonly ageMs?: number;
  /** What all executions may take, in bytes, where the admin can tell that. */
  readonly mostBytes?: number;
}

export interface Clearing {
  readonly source: LogSource;
  readonly admin: LogAdmin;
  /** Shared by all who clear the same executions. */
  readonly lease: Lease;
  readonly limits: Limits;
  /** How long to wait before the first look, and between looks, in milliseconds; a minute and an hour when not given. */
  readonly firstMs?: number;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
  readonly report?: (what: ClearReport | { readonly failed: LogError }) => void;
}

/** Deletes what has ended long ago, and what is too much, until the signal aborts; then resolves. */
export async function startClearing(clearing: Clearing): Promise<void> {
  const { lease, firstMs = 60_000, everyMs = 3_600_000, signal, report } = clearing;
  const stopped = (): boolean => signal.aborted;
  await delay(firstMs, signal).catch(() => undefined);
  while (!stopped()) {
    try {
      await lease.hold(async (held) => {
        for await (const what of clear(clearing, held)) report?.(what);
      }, signal);
    } catch (error) {
      if (!stopped()) report?.({ failed: LogError.from(error) });
    }
    await delay(everyMs, signal).catch(() => undefined);
  }
}

async function* clear({ source, admin, limits }: Clearing, signal: AbortSignal): AsyncGenerator<ClearReport, void> {
  const { ageMs, mostBytes } = limits;
  if (ageMs !== undefined)
    yield* deleteAll(admin, await endedBefore(source, Date.now() - ageMs, { signal }), { signal });
  if (mostBytes !== undefined && isMeasured(admin)) yield* deleteDownTo(mostBytes, { source, admin }, { signal });
}
