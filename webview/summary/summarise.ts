import type { HostResult } from '../../src/model/execution.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { LogQuery, Position } from '../../src/model/query.ts';
import type { CallOptions } from '../../src/model/source.ts';
import { errorFilter } from '../find/errorLines.ts';
import { readableText } from '../rows/lineView.ts';

/** What is left to say of a log that has ended. */
export interface Counted {
  readonly lines: number | undefined;
  readonly errors: number | undefined;
  /** Only a part was looked at: there may be more. */
  readonly isPartial: boolean;
  /** The last line that tells of an error. */
  readonly lastError: string | undefined;
}

type Read = (query: Omit<LogQuery, 'execution' | 'step' | 'host'>, options: CallOptions) => Promise<LogPage>;

/** Each looks at a bounded stretch of the log. */
const mostReads = 40;

/** Counts what its host's record does not tell, and finds the last error. */
export async function summarise(read: Read, host: HostResult | undefined, options: CallOptions): Promise<Counted> {
  const known = host?.lines !== undefined && host.errors !== undefined;
  const [counted, lastError] = await Promise.all([
    known ? { lines: host.lines, errors: host.errors, isPartial: false } : count(read, options),
    findLastError(read, options),
  ]);
  return { ...counted, lastError };
}

async function count(read: Read, options: CallOptions): Promise<Omit<Counted, 'lastError'>> {
  let [lines, errors] = [0, 0];
  let position: Position = { at: 'start' };
  for (let reads = 0; reads < mostReads; reads++) {
    const query = { position, filter: errorFilter, limit: { lines: 10_000 }, withoutText: true };
    const page: LogPage = await read(query, options);
    errors += page.lines.count;
    lines += page.scanned?.lines ?? 0;
    if (page.scanned?.total !== undefined) lines = Math.max(lines, page.scanned.total);
    const stands = position.at === 'after' && position.pointer === page.newer;
    if (page.complete || stands || page.scanned?.lines === 0) return { lines, errors, isPartial: false };
    position = { at: 'after', pointer: page.newer };
  }
  return { lines, errors, isPartial: true };
}

async function findLastError(read: Read, options: CallOptions): Promise<string | undefined> {
  let position: Position = { at: 'end' };
  for (let reads = 0; reads < mostReads; reads++) {
    const page: LogPage = await read({ position, filter: errorFilter, limit: { lines: 1 } }, options);
    const last = page.lines.count - 1;
    if (last >= 0) return readableText(page.lines, last).slice(0, 1_000);
    if (page.older === undefined || (position.at === 'before' && position.pointer === page.older)) return undefined;
    position = { at: 'before', pointer: page.older };
  }
  return undefined;
}
