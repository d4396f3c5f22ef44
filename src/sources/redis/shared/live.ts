import { Changes, concerns } from '../../../base/changes.ts';
import { News } from '../../../base/news.ts';
import { LogError } from '../../../model/errors.ts';
import type { WatchQuery } from '../../../model/query.ts';
import type { Change } from '../../../model/source.ts';
import type { RedisConnection, Reply } from '../connection.ts';
import { readEntry, type LogEntry } from './entry.ts';
import { textOf, type EntryReader, type RawEntry } from './fields.ts';
import { stateOf, type LogStream, type StreamState } from './logStream.ts';
import type { Place } from './pointers.ts';
import { readReport } from './report.ts';
import type { Reports } from './reports.ts';
import { compareIds, zeroId, type StreamId } from './streamId.ts';

const blockMilliseconds = 5_000;
const batch = 1_000;
const mostHeld = { entries: 4_000, bytes: 8 * 1_048_576 } as const;

/**
 * Reads both streams as they grow, blocking, on a connection of its own, for everyone who waits in this process.
 * What is foreign to one is passed over once for all, so no reader ever falls behind because of others' lines.
 */
export class Live {
  readonly news = new News();
  readonly #redis: RedisConnection;
  readonly #logs: string;
  readonly #entries: EntryReader;
  readonly #reports: Reports;
  readonly #watchers = new Map<Changes, WatchQuery>();
  /** The newest entries, without a break from behind `#from` on. */
  #held: LogEntry[] = [];
  #bytes = 0;
  #from: StreamId;
  #to: StreamId;
  #lastReport: StreamId;
  /** How many entries there had ever been up to `#to`. */
  #ordinal: number;
  isStopped = false;

  private constructor(redis: RedisConnection, logs: LogStream, reports: Reports, state: StreamState, report: StreamId) {
    this.#redis = redis;
    this.#logs = logs.key;
    this.#entries = logs.entries;
    this.#reports = reports;
    this.#from = this.#to = state.last;
    this.#ordinal = state.added;
    this.#lastReport = report;
  }

  /** Begins with what is written from now on. */
  static async start(redis: RedisConnection, logs: LogStream, reports: Reports): Promise<Live> {
    const [logState, reportState] = await redis.tryAll([
      ['XINFO', 'STREAM', logs.key],
      ['XINFO', 'STREAM', reports.key],
    ]);
    const live = new Live(redis.another(), logs, reports, stateOf(logState), stateOf(reportState).last);
    void live.#run();
    return live;
  }

  /** The entries behind `place`; undefined when they are not all held. */
  behind(place: Place): { readonly entries: readonly LogEntry[]; readonly end: Place } | undefined {
    if (compareIds(place.id, this.#from) < 0) return undefined;
    let low = 0;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const id = this.#held[middle]?.id ?? zeroId;
      if (compareIds(id, place.id) < 0 || (id === place.id && place.part === Infinity)) low = middle + 1;
      else high = middle;
    }
    const isAhead = compareIds(place.id, this.#to) > 0;
    return { entries: this.#held.slice(low), end: isAhead ? place : { id: this.#to, part: Infinity } };
  }

  /** Changes of what `query` names are added to the result until it is disposed. */
  watch(query: WatchQuery): Disposable & { readonly changes: Changes } {
    const changes = new Changes();
    this.#watchers.set(changes, query);
    return { changes, [Symbol.dispose]: () => void this.#watchers.delete(changes) };
  }

  /** Everyone who waits gets `reason`. */
  async stop(reason: Error): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    this.news.close(reason);
    await this.#redis[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    try {
      while (!this.isStopped) await this.#next();
    } catch (error) {
      await this.stop(LogError.from(error, 'unavailable'));
    }
  }

  async #next(): Promise<void> {
    const streams = ['STREAMS', this.#logs, this.#reports.key, this.#to, this.#lastReport] as const;
    const [found, state] = await this.#redis.tryAll([
      ['XREAD', 'COUNT', String(batch), 'BLOCK', String(blockMilliseconds), ...streams],
      ['XINFO', 'STREAM', this.#logs],
    ]);
    if (found instanceof LogError) throw found;
    if (!Array.isArray(found)) return;
    const byStream = new Map<string, RawEntry[]>();
    for (const one of found as readonly Reply[])
      if (Array.isArray(one)) byStream.set(textOf(one[0] as Reply), this.#entries.entriesOf(one[1] as Reply));
    this.#holdLogs(byStream.get(this.#logs) ?? [], stateOf(state));
    await this.#takeReports(byStream.get(this.#reports.key) ?? []);
    this.news.tell();
  }

  #holdLogs(raw: readonly RawEntry[], state: StreamState): void {
    const first = raw[0];
    if (!first) return;
    // Entries may have been cut off before they could be read: then what is held breaks off here.
    if (state.removed > this.#ordinal || state.added < this.#ordinal) {
      this.#held = [];
      this.#bytes = 0;
      this.#from = first.id;
    }
    for (const entry of raw.map(readEntry)) {
      this.#to = entry.id;
      if (compareIds(entry.id, this.#from) > 0) {
        this.#held.push(entry);
        this.#bytes += entry.content.length;
      }
      this.#tell({ execution: entry.execution, step: entry.step, host: entry.host });
    }
    this.#ordinal = this.#to === state.last ? state.added : Math.max(this.#ordinal + raw.length, state.removed);
    this.#letGo();
  }

  async #takeReports(raw: readonly RawEntry[]): Promise<void> {
    if (raw.length === 0) return;
    this.#lastReport = raw.at(-1)?.id ?? this.#lastReport;
    await this.#reports.refresh();
    for (const entry of raw) {
      const report = readReport(entry);
      if (!report) continue;
      const { execution, step, host } = report;
      this.#tell({
        execution,
        ...(step !== undefined && { step }),
        ...(step !== undefined && host !== undefined && { host }),
      });
    }
  }

  #tell(change: Change): void {
    for (const [changes, query] of this.#watchers) if (concerns(change, query)) changes.add(change);
  }

  /** Holds a bounded number of entries; who has not come so far reads from the stream. */
  #letGo(): void {
    let over = 0;
    while (this.#held.length - over > mostHeld.entries || this.#bytes > mostHeld.bytes) {
      const entry = this.#held[over];
      if (!entry) break;
      this.#bytes -= entry.content.length;
      this.#from = entry.id;
      over++;
    }
    if (over > 0) this.#held = this.#held.slice(over);
  }
}
