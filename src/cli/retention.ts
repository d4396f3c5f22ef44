import type { Lease } from '../base/lease.ts';
import { LogError } from '../model/errors.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { ServiceLog } from '../service/serviceLog.ts';
import { usualAge } from '../tools/clearOld.ts';
import { startClearing } from '../tools/startClearing.ts';
import { ageOf, ageWords } from './age.ts';
import type { Words } from './commandLine.ts';

export interface RetentionPlace {
  readonly source: LogSource;
  readonly admin: LogAdmin | undefined;
  readonly openLease: () => Promise<Lease & AsyncDisposable>;
}

/** Lets a service delete what ended longer ago than `--retention` says; nothing with `off`. */
export async function openRetention(
  words: Words,
  { source, admin, openLease }: RetentionPlace,
  log: ServiceLog,
): Promise<AsyncDisposable> {
  const typed = words.text('retention');
  const ageMs = typed === 'off' ? undefined : (ageOf(words, 'retention') ?? usualAge);
  if (ageMs !== undefined && !admin && typed !== undefined)
    log({ level: 'warn', event: 'retention', words: 'nothing can be deleted in the store: all is kept' });
  if (ageMs === undefined) log({ level: 'info', event: 'retention', words: 'nothing is deleted: all is kept' });
  if (ageMs === undefined || !admin) return { [Symbol.asyncDispose]: async () => undefined };
  const what = `executions that ended more than ${ageWords(ageMs)} ago are deleted, with their logs`;
  log({ level: 'info', event: 'retention', words: `${what}; --retention off keeps everything` });
  const stop = new AbortController();
  const lease = await openLease();
  const clearing = startClearing({
    ...{ source, admin, lease, ageMs, signal: stop.signal },
    report(what) {
      if ('deleted' in what) log({ level: 'info', event: 'deleted', execution: what.deleted.id, words: 'it is old' });
      else if ('kept' in what)
        log({ level: 'warn', event: 'not deleted', execution: what.kept.id, error: what.error.code });
      else log({ level: 'warn', event: 'retention', error: what.failed.code, words: what.failed.message });
    },
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new LogError('closed', 'The service is stopping.'));
      await clearing;
      await lease[Symbol.asyncDispose]();
    },
  };
}
