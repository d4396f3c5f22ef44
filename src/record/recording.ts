import type { Ending, HostOutcome, LogSink, NewExecution, StepStart } from '../model/sink.ts';
import type { Metric } from '../model/statistics.ts';
import { HostLog, type HostLogLimits, type LogPlace } from './hostLog.ts';
import { LineRooms } from './lineRoom.ts';
import { Persistence } from './persistence.ts';
import { StepRecording } from './stepRecording.ts';

/** How long the end of a run waits for a sink that does not work, in milliseconds. */
const patienceAtEnd = 5_000;

export interface RecordingOptions {
  /** Told in words when the sink fails and when it works again. */
  readonly report: (words: string) => void;
  /** Told when the execution exists in the sink. */
  readonly begun?: () => void;
  readonly limits?: HostLogLimits;
}

/** Lines of one host that were not recorded. */
export interface MissingLines {
  readonly step: string;
  readonly host: string;
  readonly words: string;
}

/** What did not reach the sink. */
export interface Losses {
  readonly lines: readonly MissingLines[];
  /** Why statuses, or the end of the execution, could not be written. */
  readonly failure?: string;
}

/** One execution on its way into a sink. Calls return at once and are carried out in order; `finish` waits for all. */
export class Recording {
  readonly execution: string;
  readonly #sink: LogSink;
  readonly #persistence: Persistence;
  readonly #place: LogPlace;
  readonly #steps: StepRecording[] = [];
  readonly #logs: { step: string; host: string; log: HostLog }[] = [];
  #queue: Promise<boolean> = Promise.resolve(true);
  #failure: string | undefined;

  /** Announces the execution; throws when the sink cannot be written to. The sink stays the caller's. */
  static async begin(sink: LogSink, execution: NewExecution, options: RecordingOptions): Promise<Recording> {
    await sink.createExecution(execution);
    options.begun?.();
    return new Recording(sink, execution.execution, options);
  }

  /** Announces the execution as soon as the sink can be written to; whoever is recorded does not wait for that. */
  static start(sink: LogSink, execution: NewExecution, options: RecordingOptions): Recording {
    const recording = new Recording(sink, execution.execution, options);
    void recording.#enqueue(() => sink.createExecution(execution));
    return recording;
  }

  private constructor(sink: LogSink, execution: string, options: RecordingOptions) {
    this.execution = execution;
    this.#sink = sink;
    this.#persistence = new Persistence(options.report);
    this.#place = { sink, persistence: this.#persistence, rooms: new LineRooms(), limits: options.limits };
  }

  /** Announces a step, before its turn has come, with the hosts it is going to run on. */
  step(step: Omit<StepStart, 'execution' | 'status'>): StepRecording {
    const start = { ...step, execution: this.execution };
    void this.#enqueue(() => this.#sink.startStep({ ...start, status: 'pending' }));
    const recording = new StepRecording(start, {
      enqueue: (call) => this.#enqueue(() => call(this.#sink)),
      open: (host, started) => this.#open(step.step, host, started),
    });
    this.#steps.push(recording);
    return recording;
  }

  /** Keeps a number that the run tells of itself, where the sink keeps such. */
  metric(metric: Metric): void {
    void this.#enqueue(async () => this.#sink.metric?.({ ...metric, execution: this.execution }));
  }

  /**
   * Ends what is still open with it, and the execution, together with the results of the whole run, which set right
   * what did not get through before; tells what could not be recorded.
   */
  async finish(end: Ending, results: readonly HostOutcome[] = []): Promise<Losses> {
    const patience = setTimeout(() => {
      this.#persistence.hurry();
    }, patienceAtEnd);
    await Promise.all(this.#steps.map((step) => step.finished));
    await this.#enqueue(() =>
      this.#sink.finishExecution({ execution: this.execution, ...end, results: results.map(outcomeOf) }),
    );
    clearTimeout(patience);
    const lines = this.#logs.flatMap(({ step, host, log }) =>
      log.missing === undefined ? [] : { step, host, words: log.missing },
    );
    return { lines, ...(this.#failure !== undefined && { failure: this.#failure }) };
  }

  /** Nobody waits any longer for a sink that does not work. */
  hurry(): void {
    this.#persistence.hurry();
  }

  #open(step: string, host: string, started: Promise<unknown>): HostLog {
    const ref = { execution: this.execution, step, host };
    const log = new HostLog(this.#place, ref, started);
    this.#logs.push({ step, host, log });
    return log;
  }

  #enqueue(call: () => Promise<void>): Promise<boolean> {
    this.#queue = this.#queue.then(async () => {
      const done = await this.#persistence.carry(call);
      if (!done) this.#failure ??= this.#persistence.failure?.message ?? 'The recording had ended.';
      return done;
    });
    return this.#queue;
  }
}

/** Of a result what is stored. */
function outcomeOf({ step, host, status, exitCode, message, ignored, startedAt, endedAt }: HostOutcome): HostOutcome {
  return {
    ...{ step, host, status },
    ...(exitCode !== undefined && { exitCode }),
    ...(message !== undefined && { message }),
    ...(ignored && { ignored }),
    ...(startedAt !== undefined && { startedAt }),
    endedAt,
  };
}
