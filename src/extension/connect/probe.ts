import { unlessAborted } from '../../base/abort.ts';
import type { FoundSystem } from '../../model/connect.ts';
import type { Opened } from '../../sources/open.ts';
import type { Words } from '../words.ts';
import { openReaching, type Reach } from './reach.ts';
import type { ConnectionSpec } from './spec.ts';

/** What a connection led to when it was tried. */
export interface Found {
  readonly system: FoundSystem | undefined;
  readonly executions: number;
  /** There are more executions than were counted. */
  readonly more: boolean;
  /** What the system says about its list. */
  readonly notice?: string;
  readonly milliseconds: number;
}

const mostCounted = 50;

/** Tries a connection the way it would be used, and leaves it. Throws as opening and listing do. */
export async function probe(spec: ConnectionSpec, reach: Reach, signal: AbortSignal): Promise<Found> {
  const begun = performance.now();
  let system: FoundSystem | undefined;
  const found = (told: FoundSystem): void => void (system = told);
  const opening = openReaching(spec, { ...reach, found });
  try {
    const { source } = await unlessAborted(opening, signal);
    const list = await source.listExecutions({ limit: mostCounted }, { signal });
    const executions = list.total ?? list.executions.length;
    const more = list.total === undefined && list.next !== undefined;
    const milliseconds = Math.round(performance.now() - begun);
    return { system, executions, more, milliseconds, ...(list.notice !== undefined && { notice: list.notice }) };
  } finally {
    void closed(opening);
  }
}

/** What opens late is closed late; what does not open has told so already. */
async function closed(opening: Promise<Opened>): Promise<void> {
  try {
    await using _ = await opening;
  } catch {
    // It has been told.
  }
}

export function foundWords({ system, executions, more, notice, milliseconds }: Found, { t, language }: Words): string {
  const name = [system?.name, system?.version].filter((part) => part !== undefined).join(' ');
  const number = new Intl.NumberFormat(language).format(executions);
  const count = more
    ? t('more than {0} executions', number)
    : executions === 1
      ? t('1 execution')
      : t('{0} executions', number);
  const listed = executions === 0 && notice !== undefined ? notice.replace(/\.$/, '') : count;
  return [name, listed, t('{0} ms', milliseconds)].filter((part) => part !== '').join(' · ');
}
