import { LogError } from '../../src/model/errors.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { PageLimit, Position } from '../../src/model/query.ts';
import type { CallOptions } from '../../src/model/source.ts';
import type { Range } from './segments.ts';

/** Reads of one log; the scope is the reader's. */
export type ReadPage = (query: { position: Position; limit: PageLimit }, options: CallOptions) => Promise<LogPage>;

interface Outcome {
  done(page: LogPage): void;
  failed(error: LogError): void;
}

/** Reads at work at once. */
const most = 2;

/** The page reads a document has under way, each for a range of lines. */
export class Reads {
  readonly #read: ReadPage;
  readonly #running = new Map<AbortController, Range>();

  constructor(read: ReadPage) {
    this.#read = read;
  }

  get busy(): boolean {
    return this.#running.size >= most;
  }

  reading(line: number): boolean {
    return [...this.#running.values()].some(({ from, to }) => from <= line && line < to);
  }

  start(range: Range, position: Position, limit: PageLimit, outcome: Outcome): void {
    if (this.busy) return;
    const abort = new AbortController();
    this.#running.set(abort, range);
    this.#read({ position, limit }, { signal: abort.signal }).then(
      (page) => {
        if (this.#running.delete(abort)) outcome.done(page);
      },
      (error: unknown) => {
        if (this.#running.delete(abort)) outcome.failed(LogError.from(error));
      },
    );
  }

  /** Gives up every read that has nothing to do with `range` any more. */
  keep(range: Range): void {
    for (const [abort, { from, to }] of this.#running) if (from >= range.to || to <= range.from) this.#end(abort);
  }

  dispose(): void {
    for (const abort of [...this.#running.keys()]) this.#end(abort);
  }

  #end(abort: AbortController): void {
    this.#running.delete(abort);
    abort.abort();
  }
}
