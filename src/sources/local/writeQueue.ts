import { LogError } from '../../model/errors.ts';
import { nextTurn, type Database } from './database.ts';

/** What one transaction may write, so that others get their turn and the log file stays small. */
const mostBytes = 4 * 1_048_576;

const turnMilliseconds = 20;

interface Write {
  readonly bytes: number;
  readonly run: () => void;
  resolve(): void;
  reject(error: unknown): void;
}

/** Writes in the order asked for; what is asked for meanwhile goes to disk together, in one transaction. */
export class WriteQueue {
  readonly #db: Database;
  readonly #undone: () => void;
  #waiting: Write[] = [];
  #flushing: Promise<void> | undefined;
  #closed = false;
  #turnEnd = 0;

  /** `undone` is told when writes were undone after they had run. */
  constructor(db: Database, undone: () => void) {
    this.#db = db;
    this.#undone = undone;
  }

  /**
   * Resolves when what `run` wrote is on disk. `run` must throw its `LogError`s before it writes anything; they
   * refuse this write only. `bytes` is about how much it writes.
   */
  write(run: () => void, bytes = 0): Promise<void> {
    if (this.#closed) return Promise.reject(new LogError('closed', 'The log store is closed.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, run, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Writes what was asked for, and nothing after that. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    // What is asked for in the same breath goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#commit(this.#next());
      if (performance.now() > this.#turnEnd) await this.#turn();
    }
    this.#flushing = undefined;
  }

  /** A caller that writes again as soon as it may would otherwise keep timers and input waiting. */
  async #turn(): Promise<void> {
    await nextTurn();
    this.#turnEnd = performance.now() + turnMilliseconds;
  }

  #next(): Write[] {
    let bytes = 0;
    let count = 0;
    for (const write of this.#waiting) {
      bytes += write.bytes;
      if (count > 0 && bytes > mostBytes) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    const refused = new Map<Write, LogError>();
    let tries = 0;
    try {
      await this.#db.write(() => {
        if (tries++ > 0) this.#undone();
        refused.clear();
        for (const write of writes) {
          try {
            write.run();
          } catch (error) {
            if (!(error instanceof LogError)) throw error;
            refused.set(write, error);
          }
        }
      });
    } catch (error) {
      this.#undone();
      for (const write of writes) write.reject(error);
      return;
    }
    for (const write of writes) {
      const refusal = refused.get(write);
      if (refusal) write.reject(refusal);
      else write.resolve();
    }
  }
}
