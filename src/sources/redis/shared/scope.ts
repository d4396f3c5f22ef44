import type { LogScope } from '../../../model/query.ts';
import { readEntry, type LogEntry } from './entry.ts';
import { bytesOf, sameBytes, type RawEntry } from './fields.ts';

const encoder = new TextEncoder();

/** Tells the entries of one scope from the foreign ones, most of which it never reads. */
export class ScopeTest {
  readonly #scope: LogScope;
  /** Absent when the id's bytes are not to be known from its text. */
  readonly #execution: Uint8Array | undefined;

  constructor(scope: LogScope) {
    this.#scope = scope;
    this.#execution = scope.execution.includes('\ufffd') ? undefined : encoder.encode(scope.execution);
  }

  /** The entry, when it belongs to the scope. */
  read(raw: RawEntry): LogEntry | undefined {
    if (this.#execution && isAnother(bytesOf(raw, 'execution_id'), this.#execution)) return undefined;
    const entry = readEntry(raw);
    return this.accepts(entry) ? entry : undefined;
  }

  accepts(entry: LogEntry): boolean {
    const { execution, step, host } = this.#scope;
    if (entry.execution !== execution) return false;
    return (step === undefined || entry.step === step) && (host === undefined || entry.host === host);
  }
}

/** Entries that name no execution must be read to know. */
function isAnother(said: Uint8Array | undefined, execution: Uint8Array): boolean {
  return said !== undefined && said.length > 0 && !sameBytes(said, execution);
}
