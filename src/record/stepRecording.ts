import { combinedStatus, countedStatus } from '../base/combinedStatus.ts';
import type { Status } from '../model/status.ts';
import type { Ending, HostEnd, LogSink, StepStart } from '../model/sink.ts';
import type { HostLog } from './hostLog.ts';

type HostEnding = Omit<HostEnd, 'execution' | 'step' | 'host'>;

/** What a step needs of the recording it belongs to. */
interface StepPlace {
  /** Carries the call out after all calls before it. */
  enqueue(call: (sink: LogSink) => Promise<void>): Promise<boolean>;
  open(host: string, started: Promise<unknown>): HostLog;
}

/** One step of an execution on its way into a sink: it runs from its first host's start to its last host's end. */
export class StepRecording {
  /** Resolves when every host has ended and that is written. */
  readonly finished: Promise<unknown>;
  readonly #start: Omit<StepStart, 'status'>;
  readonly #place: StepPlace;
  readonly #ends = new Map<string, Status>();
  readonly #finished = Promise.withResolvers<unknown>();
  #running = false;

  constructor(start: Omit<StepStart, 'status'>, place: StepPlace) {
    this.#start = start;
    this.#place = place;
    this.finished = this.#finished.promise;
  }

  /** A host begins. */
  begin(host: string, at: number): HostLog {
    if (!this.#running) {
      this.#running = true;
      void this.#place.enqueue((sink) => sink.startStep({ ...this.#start, status: 'running', at }));
    }
    const ref = { execution: this.#start.execution, step: this.#start.step, host };
    return this.#place.open(
      host,
      this.#place.enqueue((sink) => sink.startHost({ ...ref, at })),
    );
  }

  /** A host has ended, or is not going to begin. Resolves when its lines and its end are written or given up. */
  async end(host: string, ending: HostEnding, log?: HostLog): Promise<void> {
    await log?.end();
    const ref = { execution: this.#start.execution, step: this.#start.step };
    void this.#place.enqueue((sink) => sink.finishHost({ ...ref, host, ...ending }));
    this.#ends.set(host, countedStatus(ending));
    if (this.#ends.size < this.#start.hosts.length) return;
    const end: Ending = { status: combinedStatus([...this.#ends.values()]), at: ending.at };
    this.#finished.resolve(this.#place.enqueue((sink) => sink.finishStep({ ...ref, ...end })));
  }
}
