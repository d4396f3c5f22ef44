import { checkColumns } from '../../base/appendRange.ts';
import { wellFormed } from '../../base/wellFormed.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import type {
  Append,
  Ending,
  ExecutionEnd,
  HostEnd,
  HostRef,
  LogSink,
  Loss,
  NewExecution,
  NewMetric,
  StepRef,
  StepStart,
} from '../../model/sink.ts';
import { markLevels } from '../../text/levels.ts';
import { Appender } from './appendLines.ts';
import { Database } from './database.ts';
import { noteChange } from './journal.ts';
import {
  findHostIds,
  writeExecution,
  writeHostEnd,
  writeHostStart,
  writeStep,
  writeToldMetric,
  writeStepEnd,
} from './records.ts';
import { writeWholeEnd } from './results.ts';
import type { HostIds } from './scope.ts';
import { WriteQueue } from './writeQueue.ts';
import { Writer } from './writer.ts';

/** What one transaction takes of a batch: about what others can wait for. */
const pieceRoom = { lines: 200_000, bytes: 4 * 1_048_576 } as const;

/** Appended lines are told to watchers at most this often for one host. */
const toldEveryMilliseconds = 1_000;

interface Told extends HostRef {
  at: number;
  waits: boolean;
}

export interface LocalSinkOptions {
  /** Milliseconds that whoever writes over this process has to come back after its end. Default: nobody does. */
  readonly grace?: number;
}

/** Opens the store at `path` to record into, and makes it when there is none. Throws unavailable. */
export async function openLocalSink(path: string, { grace }: LocalSinkOptions = {}): Promise<LogSink> {
  const db = await Database.forWriting(path);
  return new LocalSink(db, grace);
}

class LocalSink implements LogSink {
  readonly #db: Database;
  readonly #appender: Appender;
  readonly #queue: WriteQueue;
  readonly #writer: Writer;
  readonly #ids = new Map<string, HostIds>();
  readonly #told = new Map<number, Told>();

  constructor(db: Database, grace: number | undefined) {
    this.#db = db;
    this.#appender = new Appender(db);
    this.#queue = new WriteQueue(db, () => this.#appender.forget());
    this.#writer = new Writer(db, this.#queue, () => this.#tellLate(), grace);
  }

  createExecution(about: NewExecution): Promise<void> {
    return this.#record(() => {
      writeExecution(this.#db, about, this.#writer.begin(about.execution));
    });
  }

  startStep(step: StepStart): Promise<void> {
    return this.#record(() => {
      writeStep(this.#db, step);
    });
  }

  startHost(host: HostRef & { readonly at: number }): Promise<void> {
    return this.#record(() => {
      writeHostStart(this.#db, host);
    });
  }

  async append(batch: Append): Promise<void> {
    checkColumns(batch.lines);
    const lines = wellFormed(batch.lines);
    const marked = { ...lines, levels: lines.levels.slice() };
    markLevels(marked);
    const whole = { ...batch, lines: marked };
    const writes = piecesOf(marked).map(({ from, to, bytes }) =>
      this.#queue.write(() => {
        this.#append(whole, from, to);
      }, bytes),
    );
    const results = await Promise.allSettled(writes);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw LogError.from(failed.reason);
  }

  lose(loss: Loss): Promise<void> {
    return this.#queue.write(() => {
      const ids = this.#idsOf(loss);
      if (this.#appender.lose(ids, loss)) this.#tell(loss, ids, true);
    });
  }

  metric(metric: NewMetric): Promise<void> {
    return this.#queue.write(() => {
      writeToldMetric(this.#db, metric);
    });
  }

  finishHost(end: HostEnd): Promise<void> {
    return this.#record(() => {
      writeHostEnd(this.#db, end);
    });
  }

  finishStep(end: StepRef & Ending): Promise<void> {
    return this.#record(() => {
      writeStepEnd(this.#db, end);
    });
  }

  async finishExecution(end: ExecutionEnd): Promise<void> {
    await this.#record(() => {
      writeWholeEnd(this.#db, end);
    });
    this.#writer.end(end.execution);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A farewell that cannot be written is not missed: readers notice the silence.
    await this.#writer.close().catch(() => undefined);
    await this.#queue.close();
    this.#db.close(new LogError('closed', 'The log store is closed.'));
  }

  /** What is said of executions, steps and hosts may bear on whether lines can be appended. */
  #record(run: () => void): Promise<void> {
    return this.#queue.write(() => {
      this.#appender.forget();
      run();
    });
  }

  #append(batch: Append, from: number, to: number): void {
    const ids = this.#idsOf(batch);
    const { anything, foundError } = this.#appender.append(ids, batch, from, to);
    if (anything) this.#tell(batch, ids, foundError);
  }

  #tell({ execution, step, host }: HostRef, ids: HostIds, atOnce: boolean): void {
    const told = this.#told.get(ids.host) ?? { execution, step, host, at: 0, waits: false };
    this.#told.set(ids.host, told);
    const now = Date.now();
    told.waits = !atOnce && Math.abs(now - told.at) < toldEveryMilliseconds;
    if (told.waits) return;
    told.at = now;
    noteChange(this.#db, { execution, step, host });
  }

  /** Tells of hosts whose last lines came too soon after others to be told at once. */
  #tellLate(): void {
    for (const told of this.#told.values()) {
      if (!told.waits) continue;
      told.waits = false;
      const { execution, step, host } = told;
      noteChange(this.#db, { execution, step, host });
    }
  }

  #idsOf({ execution, step, host }: HostRef): HostIds {
    const key = JSON.stringify([execution, step, host]);
    const ids = this.#ids.get(key) ?? findHostIds(this.#db, { execution, step, host });
    this.#ids.set(key, ids);
    return ids;
  }
}

/** Cuts a batch into pieces that each fit a transaction; none of them is empty but one of an empty batch. */
function piecesOf({ count, offsets }: LineColumns): { from: number; to: number; bytes: number }[] {
  const pieces: { from: number; to: number; bytes: number }[] = [];
  let from = 0;
  for (let to = 1; to < count; to++) {
    const bytes = (offsets[to + 1] ?? 0) - (offsets[from] ?? 0);
    if (to - from < pieceRoom.lines && bytes <= pieceRoom.bytes) continue;
    pieces.push({ from, to, bytes });
    from = to;
  }
  pieces.push({ from, to: count, bytes: (offsets[count] ?? 0) - (offsets[from] ?? 0) });
  return pieces;
}
