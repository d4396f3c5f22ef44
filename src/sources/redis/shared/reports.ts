import type { RedisConnection } from '../connection.ts';
import { EntryReader, type RawEntry } from './fields.ts';
import { readReport, type TaskReport } from './report.ts';
import { compareIds, zeroId, type StreamId } from './streamId.ts';

/** How a task stands, by all that has been reported of it. */
export interface TaskState extends TaskReport {
  readonly firstId: StreamId;
}

/** All that is reported of one execution. */
export interface ExecutionReports {
  readonly id: string;
  readonly whole: TaskState | undefined;
  readonly tasks: ReadonlyMap<string, TaskState>;
  readonly firstId: StreamId;
  readonly lastId: StreamId;
  /** Hosts that have not ended, by the newest report that counts them. */
  readonly openHosts: number | undefined;
}

interface Held {
  readonly id: string;
  whole: TaskState | undefined;
  readonly tasks: Map<string, TaskState>;
  readonly firstId: StreamId;
  lastId: StreamId;
  openHosts: number | undefined;
}

const batch = 500;
/** The stream's writers keep about 10,000 entries; should there be more, the oldest are left out. */
const mostEntries = 20_000;
const mostTasks = 50_000;

/** What the results' stream says, kept up to date by reading on from where it was left. */
export class Reports {
  readonly #redis: RedisConnection;
  readonly #entries = new EntryReader();
  readonly key: string;
  /** Least lately changed first. */
  readonly #executions = new Map<string, Held>();
  #tasks = 0;
  #last: StreamId | undefined;
  #reading: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(redis: RedisConnection, key: string) {
    this.#redis = redis;
    this.key = key;
  }

  get executions(): ReadonlyMap<string, ExecutionReports> {
    return this.#executions;
  }

  /** Resolves when everything is known that had been reported when this was called. */
  refresh(): Promise<void> {
    this.#next ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#reading = this.#last === undefined ? this.#readNewest() : this.#readOn(this.#last);
        return this.#reading;
      });
    return this.#next;
  }

  async #readOn(from: StreamId): Promise<void> {
    for (let last = from; ;) {
      const entries = this.#entries.entriesOf(
        await this.#redis.call(['XRANGE', this.key, `(${last}`, '+', 'COUNT', String(batch)]),
      );
      this.#add(entries);
      if (entries.length < batch) return;
      last = entries.at(-1)?.id ?? last;
    }
  }

  async #readNewest(): Promise<void> {
    const newestFirst: RawEntry[] = [];
    for (let end = '+'; newestFirst.length < mostEntries;) {
      const entries = this.#entries.entriesOf(
        await this.#redis.call(['XREVRANGE', this.key, end, '-', 'COUNT', String(batch)]),
      );
      newestFirst.push(...entries);
      if (entries.length < batch) break;
      end = `(${entries.at(-1)?.id ?? zeroId}`;
    }
    this.#add(newestFirst.reverse());
    this.#last ??= zeroId;
  }

  #add(entries: readonly RawEntry[]): void {
    for (const raw of entries) {
      if (this.#last !== undefined && compareIds(raw.id, this.#last) <= 0) continue;
      this.#last = raw.id;
      const report = readReport(raw);
      if (report) this.#note(report);
    }
    for (const [id, { tasks }] of this.#executions) {
      if (this.#tasks <= mostTasks) return;
      this.#tasks -= tasks.size;
      this.#executions.delete(id);
    }
  }

  #note(report: TaskReport): void {
    const { id, execution, task } = report;
    const held = this.#executions.get(execution) ?? newlyHeld(report);
    this.#executions.delete(execution);
    this.#executions.set(execution, held);
    held.lastId = id;
    held.openHosts = report.openHosts ?? held.openHosts;
    if (task === '' && report.host === undefined) {
      held.whole = merged(held.whole, report);
      return;
    }
    const before = held.tasks.get(task);
    if (!before) this.#tasks++;
    held.tasks.set(task, merged(before, report));
  }
}

function newlyHeld({ id, execution }: TaskReport): Held {
  return { id: execution, whole: undefined, tasks: new Map(), firstId: id, lastId: id, openHosts: undefined };
}

/** Later reports say again only what has changed. */
function merged(before: TaskState | undefined, { rawStatus, ...report }: TaskReport): TaskState {
  const { rawStatus: _, ...kept } = before ?? {};
  return { ...kept, firstId: before?.firstId ?? report.id, ...report, ...(rawStatus !== undefined && { rawStatus }) };
}
