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

export interface Retention extends AsyncDisposable {
  /** Says in the service's log what is going to be deleted. */
  announce(): void;
}

/** Lets a service delete what ended longer ago than `--retention` says; nothing with `off`. */
export async function openRetention(
  words: Words,
  { source, admin, openLease }: RetentionPlace,
  log: ServiceLog,
): Promise<Retention> {
  const typed = words.text('retention');
  const ageMs = typed === 'off' ? undefined : (ageOf(words, 'retention') ?? usualAge);
  const announce = (level: 'info' | 'warn', said: string) => () => log({ level, event: 'retention', words: said });
  if (ageMs === undefined) return keeping(announce('info', 'nothing is deleted: all is kept'));
  if (!admin)
    return keeping(announce(typed === undefined ? 'info' : 'warn', 'nothing can be deleted here: all is kept'));
  const what = `executions that ended more than ${ageWords(ageMs)} ago are deleted, with their logs`;
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
    announce: announce('info', `${what}; --retention off keeps everything`),
    async [Symbol.asyncDispose]() {
      stop.abort(new LogError('closed', 'The service is stopping.'));
      await clearing;
      await lease[Symbol.asyncDispose]();
    },
  };
}

function keeping(announce: () => void): Retention {
  return { announce, [Symbol.asyncDispose]: async () => undefined };
}
