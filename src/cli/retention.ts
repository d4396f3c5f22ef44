import type { Lease } from '../base/lease.ts';
import { LogError } from '../model/errors.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { ServiceLog } from '../service/serviceLog.ts';
import { usualAge } from '../tools/clearOld.ts';
import { isMeasured } from '../tools/clearLarge.ts';
import { startClearing, type Limits } from '../tools/startClearing.ts';
import { ageOf, ageWords } from './age.ts';
import { usageError, type Words } from './commandLine.ts';
import { sizeOf, sizeWords } from './size.ts';

export interface RetentionPlace {
  readonly source: LogSource;
  readonly admin: LogAdmin | undefined;
  readonly openLease: () => Promise<Lease & AsyncDisposable>;
}

export interface Retention extends AsyncDisposable {
  /** Says in the service's log what is going to be deleted. */
  announce(): void;
}

/** Lets a service delete what ended longer ago than `--retention` says, and what is beyond `--max-size`. */
export async function openRetention(
  words: Words,
  { source, admin, openLease }: RetentionPlace,
  log: ServiceLog,
): Promise<Retention> {
  const typed = words.text('retention');
  const limits = limitsOf(words);
  const announce = (level: 'info' | 'warn', said: string) => () => log({ level, event: 'retention', words: said });
  if (limits.ageMs === undefined && limits.mostBytes === undefined)
    return keeping(announce('info', 'nothing is deleted: all is kept'));
  if (limits.mostBytes !== undefined && !(admin && isMeasured(admin)))
    throw usageError('--max-size needs a store or an archive in SQLite: of others nobody can tell what they take.');
  if (!admin)
    return keeping(announce(typed === undefined ? 'info' : 'warn', 'nothing can be deleted here: all is kept'));
  const stop = new AbortController();
  const lease = await openLease();
  const clearing = startClearing({
    ...{ source, admin, lease, limits, signal: stop.signal },
    report(what) {
      if ('deleted' in what)
        log({ level: 'info', event: 'deleted', execution: what.deleted.id, words: 'it is old, or too much is kept' });
      else if ('kept' in what)
        log({ level: 'warn', event: 'not deleted', execution: what.kept.id, error: what.error.code });
      else log({ level: 'warn', event: 'retention', error: what.failed.code, words: what.failed.message });
    },
  });
  return {
    announce: announce('info', announcement(limits)),
    async [Symbol.asyncDispose]() {
      stop.abort(new LogError('closed', 'The service is stopping.'));
      await clearing;
      await lease[Symbol.asyncDispose]();
    },
  };
}

function limitsOf(words: Words): Limits {
  const ageMs = words.text('retention') === 'off' ? undefined : (ageOf(words, 'retention') ?? usualAge);
  const mostBytes = sizeOf(words, 'max-size');
  return { ...(ageMs !== undefined && { ageMs }), ...(mostBytes !== undefined && { mostBytes }) };
}

function announcement({ ageMs, mostBytes }: Limits): string {
  const old = ageMs !== undefined && `executions that ended more than ${ageWords(ageMs)} ago`;
  const large = mostBytes !== undefined && `the oldest while all takes more than ${sizeWords(mostBytes)}`;
  const what = [old, large].filter((part) => part !== false).join(', and ');
  const keeps = large === false ? 'everything' : 'what is old';
  return `${what} are deleted, with their logs${old === false ? '' : `; --retention off keeps ${keeps}`}`;
}

function keeping(announce: () => void): Retention {
  return { announce, [Symbol.asyncDispose]: async () => undefined };
}
