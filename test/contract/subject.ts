import type { HostRef, LogSink } from '../../src/model/sink.ts';
import type { LogStatistics } from '../../src/model/statistics.ts';
import type { Capabilities, LogAdmin, LogSource } from '../../src/model/source.ts';

/** One source under test, empty, with what the laws need around it. */
export interface Subject extends AsyncDisposable {
  readonly source: LogSource;
  /** Writes what `source` reads. */
  readonly sink: LogSink;
  readonly admin?: LogAdmin;
  readonly statistics?: LogStatistics;
  /** Tails and watches that wait at the very bottom, where the lines are. */
  waitingTails(): number;
  /** Where there is a wire: breaks it as a network does. */
  cut?(): void;
  /** Where lines can go: forgets whole batches of a host, up to a line number. */
  trim?(ref: HostRef, to: number): Promise<void>;
  /** Closes everything and opens it again; `source` and `sink` are new ones then. */
  restart?(): Promise<void>;
}

export interface Law {
  /** The law, as a sentence. */
  readonly law: string;
  /** When it does not bind every source: whether it binds one of these capabilities. */
  readonly binds?: (capabilities: Capabilities) => boolean;
  /** What of the subject it cannot do without. */
  readonly needs?: 'cut' | 'trim' | 'restart' | 'admin' | 'statistics' | 'lose';
  readonly holds: (subject: Subject) => Promise<void>;
}
