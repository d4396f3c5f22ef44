import type { Chunk, ChunkedLog, Place } from '../../base/chunkedLog.ts';
import { invalidPointer, parsePointer, startPointer } from '../../base/hostPointer.ts';
import type { LogScope } from '../../model/query.ts';
import type { Pointer } from '../../model/pointer.ts';
import type { HeldExecution, HeldHost, HeldLog } from './records.ts';

export const scheme = 'memory';

/** A scope's log as readers see it. */
export class HeldScope implements ChunkedLog {
  readonly #scope: LogScope;
  readonly #execution: HeldExecution;
  readonly #log: HeldLog;
  readonly finished: boolean;

  constructor(scope: LogScope, execution: HeldExecution, log: HeldLog, finished: boolean) {
    this.#scope = scope;
    this.#execution = execution;
    this.#log = log;
    this.finished = finished;
  }

  get rows(): number {
    return this.#log.rows;
  }

  get startPointer(): Pointer {
    return startPointer(scheme, this.#scope.execution);
  }

  chunkAt(row: number): Chunk {
    return this.#chunk(this.#log.indexAt(row));
  }

  placeOf(pointer: Pointer): Place {
    const { prefix, number, after } = parsePointer(this.#scheme, this.#scope.execution, pointer);
    if (number === 0) return { row: 0, onLine: false };
    const host = this.#execution.hosts.find(({ origin }) => origin.pointerPrefix === prefix);
    if (!host || !this.#holds(host)) throw invalidPointer('belongs to another log');
    if (number > host.log.rows) throw invalidPointer('names a line that was never written');
    const chunk = host.log.chunks[host.log.indexAt(number)];
    const index = chunk ? this.#log.chunks.indexOf(chunk) : -1;
    const row = (this.#log.firstRows[index] ?? 0) + number - (chunk?.firstNumber ?? 0);
    return { row, onLine: !after };
  }

  rowAtTime(time: number): number {
    for (const [index, { lines }] of this.#log.chunks.entries()) {
      const line = lines?.times.findIndex((at) => at >= time) ?? -1;
      if (line >= 0) return (this.#log.firstRows[index] ?? 0) + line;
    }
    return this.rows + 1;
  }

  /** A copy's lines have the pointers that they had where they come from. */
  get #scheme(): string | undefined {
    return this.#execution.about.copy ? undefined : scheme;
  }

  #holds({ origin }: HeldHost): boolean {
    const { step, host } = this.#scope;
    return (step === undefined || origin.step === step) && (host === undefined || origin.host === host);
  }

  #chunk(index: number): Chunk {
    const chunk = this.#log.chunks[index];
    const firstRow = this.#log.firstRows[index];
    if (!chunk || firstRow === undefined) throw new RangeError(`no chunk ${index}`);
    const { origin, firstNumber, count, lines, lost } = chunk;
    return { origin, firstNumber, firstRow, count, ...(lines && { lines }), ...(lost && { lost }) };
  }
}
