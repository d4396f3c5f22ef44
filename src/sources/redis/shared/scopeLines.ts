import { LineColumnsBuilder } from '../../../base/lineBatch.ts';
import { wellFormed } from '../../../base/wellFormed.ts';
import { levels, lineFlag, type LineColumns, type LineOrigin } from '../../../model/line.ts';
import { markLevels } from '../../../text/levels.ts';
import type { LogEntry } from './entry.ts';
import { encoded, pointerPrefix, type Place } from './pointers.ts';
import { compareIds, type StreamId } from './streamId.ts';

/** Lines of one scope, in log order, with what each has of its own. */
export interface ScopeLines {
  readonly lines: LineColumns;
  readonly origins: readonly LineOrigin[];
  /** The entry of each line, and which of its lines it is, from 0. */
  readonly ids: readonly StreamId[];
  readonly parts: readonly number[];
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const info = levels.indexOf('info');

/** Makes lines of one execution's entries; remembers the host logs it has met. */
export class LineMaker {
  /** How the pointers of all its lines begin. */
  readonly prefix: string;
  readonly #origins = new Map<string, LineOrigin>();

  constructor(stream: string, execution: string) {
    this.prefix = pointerPrefix(stream, execution);
  }

  /** The lines of entries, which are in log order, that stand behind `after` and not behind `upTo`. */
  linesOf(entries: readonly LogEntry[], after?: Place, upTo?: Place): ScopeLines {
    const columns = new LineColumnsBuilder();
    const origins: LineOrigin[] = [];
    const ids: StreamId[] = [];
    const parts: number[] = [];
    const unsure: number[] = [];
    for (const entry of entries) {
      const origin = this.#originOf(entry);
      for (const [part, text] of partsOf(entry.content).entries()) {
        if ((after && !isBehind(entry, part, after)) || (upTo && isBehind(entry, part, upTo))) continue;
        if (entry.level === 'info') unsure.push(columns.count);
        columns.add({
          text,
          ...(entry.time !== undefined && { time: entry.time }),
          stream: entry.stream,
          level: entry.level === undefined || entry.level === 'info' ? 'none' : entry.level,
          flags: entry.isCut ? lineFlag.cut : 0,
          ...(entry.fields && { fields: entry.fields }),
        });
        origins.push(origin);
        ids.push(entry.id);
        parts.push(part);
      }
    }
    return { lines: withLevels(columns.build(), unsure), origins, ids, parts };
  }

  #originOf({ step, host }: LogEntry): LineOrigin {
    const key = JSON.stringify([step, host]);
    let origin = this.#origins.get(key);
    if (!origin) {
      // Not how its lines' pointers begin, which are listed: that is the same for all hosts.
      const pointerPrefix = `${this.prefix}${encoded(step)}/${encoded(host)}/`;
      origin = { step, host, pointerPrefix };
      this.#origins.set(key, origin);
    }
    return origin;
  }
}

/** How many lines an entry holds. */
export function countLines({ content }: LogEntry): number {
  return partsOf(content).length;
}

/** Whether line `part` of `entry` stands behind `place`. */
function isBehind(entry: LogEntry, part: number, place: Place): boolean {
  const order = compareIds(entry.id, place.id);
  return order > 0 || (order === 0 && part > place.part);
}

/** The lines of a text without their ends; one that ends with a line end has no empty line behind it. */
function partsOf(content: Uint8Array): Uint8Array[] {
  if (!content.includes(lineFeed)) return [content];
  const parts: Uint8Array[] = [];
  for (let from = 0; from < content.length || parts.length === 0;) {
    const found = content.indexOf(lineFeed, from);
    const end = found < 0 ? content.length : found;
    const hasReturn = found > from && content[end - 1] === carriageReturn;
    parts.push(content.subarray(from, hasReturn ? end - 1 : end));
    from = end + 1;
  }
  return parts;
}

/** Agents call every line "info" that is no complaint of theirs; what the line itself says of its level goes first. */
function withLevels(raw: LineColumns, unsure: readonly number[]): LineColumns {
  const lines = wellFormed(raw);
  markLevels(lines);
  for (const line of unsure) if (lines.levels[line] === 0) lines.levels[line] = info;
  return lines;
}
