import type { CallOptions, LogAdmin, LogSource } from '../model/source.ts';
import { deleteAll, endedBefore, type ClearReport } from './clearOld.ts';

/** An admin who can tell what is taken. */
export type Measured = LogAdmin & Required<Pick<LogAdmin, 'usedBytes'>>;

export function isMeasured(admin: LogAdmin): admin is Measured {
  return admin.usedBytes !== undefined;
}

/**
 * Deletes what has ended, what began first first, until all that is left takes no more than `bytes`; reports and throws
 * as `deleteAll`.
 */
export async function* deleteDownTo(
  bytes: number,
  { source, admin }: { readonly source: Pick<LogSource, 'listExecutions'>; readonly admin: Measured },
  options: CallOptions = {},
): AsyncGenerator<ClearReport, void> {
  const isEnough = async (): Promise<boolean> => (await admin.usedBytes(options)) <= bytes;
  if (await isEnough()) return;
  for await (const what of deleteAll(admin, await endedBefore(source, Date.now(), options), options)) {
    yield what;
    if (await isEnough()) return;
  }
}
