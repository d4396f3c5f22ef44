import type { Chunk, ChunkedLog, Place } from '../../base/chunkedLog.ts';
import { invalidPointer, parsePointer, startPointer } from '../../base/hostPointer.ts';
import type { LogScope } from '../../model/query.ts';
import type { Pointer } from '../../model/pointer.ts';
import { chunkIn } from '../../held/heldScope.ts';
import type { HeldLog } from '../../held/heldLog.ts';
import type { HeldExecution, HeldHost } from './records.ts';

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
    return chunkIn(this.#log, this.#log.indexAt(row));
  }

  placeOf(pointer: Pointer): Place {
    const { prefix, number, after } = parsePointer(this.#scheme, this.#scope.execution, pointer);
    if (number === 0) return { row: 0, onLine: false };
    const host = this.#execution.hosts.find(({ origin }) => origin.pointerPrefix === prefix);
    if (!host || !this.#holds(host)) throw invalidPointer('belongs to another log');
    if (number > host.log.rows) throw invalidPointer('names a line that was never written');
    return { row: this.#log.rowOf(host.log.chunks[host.log.indexAt(number)], number), onLine: !after };
  }

  rowAtTime(time: number): number {
    return this.#log.rowAtTime(time);
  }

  /** A copy's lines have the pointers that they had where they come from. */
  get #scheme(): string | undefined {
    return this.#execution.about.copy ? undefined : scheme;
  }

  #holds({ origin }: HeldHost): boolean {
    const { step, host } = this.#scope;
    return (step === undefined || origin.step === step) && (host === undefined || origin.host === host);
  }
}
