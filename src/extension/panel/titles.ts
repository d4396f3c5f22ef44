import type { LogScope } from '../../model/query.ts';
import type { Status } from '../../model/status.ts';

/** Names for the ids of a log's address, as far as they are known. */
export interface Names {
  readonly execution?: string;
  readonly step?: string;
  readonly host?: string;
  /** The run is a job: it is all that it shows. */
  readonly isJob?: boolean;
}

/** "host — step", "step — execution" or "execution", as of a job; a host without a name is not named. */
export function panelTitle(scope: LogScope, names: Names): string {
  if (names.isJob) return names.execution ?? scope.execution;
  const parts = [
    scope.host === undefined ? undefined : (names.host ?? scope.host),
    scope.step === undefined ? undefined : (names.step ?? scope.step),
    names.execution ?? scope.execution,
  ];
  return parts
    .filter((part) => part !== undefined && part !== '')
    .slice(0, 2)
    .join(' — ');
}

/** The picture in `media/status` for a tab. */
export function iconFile(status: Status): string {
  const files: Record<Status, string> = {
    pending: 'waiting',
    running: 'running',
    paused: 'waiting',
    succeeded: 'succeeded',
    failed: 'failed',
    partial: 'warning',
    skipped: 'skipped',
    cancelled: 'skipped',
    timedOut: 'warning',
    interrupted: 'warning',
    unknown: 'log',
  };
  return `${files[status]}.svg`;
}
