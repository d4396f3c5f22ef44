import { delay } from '../base/abort.ts';
import type { Lease } from '../base/lease.ts';
import { LogError } from '../model/errors.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import { deleteAll, endedBefore, type ClearReport } from './clearOld.ts';

export interface Clearing {
  readonly source: LogSource;
  readonly admin: LogAdmin;
  /** Shared by all who clear the same executions. */
  readonly lease: Lease;
  /** How long an execution is kept after its end, in milliseconds. */
  readonly ageMs: number;
  /** How long to wait before the first look, and between looks, in milliseconds; a minute and an hour when not given. */
  readonly firstMs?: number;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
  readonly report?: (what: ClearReport | { readonly failed: LogError }) => void;
}

/** Deletes what has ended long ago, until the signal aborts; then resolves. */
export async function startClearing(clearing: Clearing): Promise<void> {
  const { source, admin, lease, ageMs, firstMs = 60_000, everyMs = 3_600_000, signal, report } = clearing;
  const stopped = (): boolean => signal.aborted;
  await delay(firstMs, signal).catch(() => undefined);
  while (!stopped()) {
    try {
      await lease.hold(async (held) => {
        const old = await endedBefore(source, Date.now() - ageMs, { signal: held });
        for await (const what of deleteAll(admin, old, { signal: held })) report?.(what);
      }, signal);
    } catch (error) {
      if (!stopped()) report?.({ failed: LogError.from(error) });
    }
    await delay(everyMs, signal).catch(() => undefined);
  }
}
