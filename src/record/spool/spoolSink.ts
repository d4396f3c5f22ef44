import type {
  Append,
  Ending,
  HostEnd,
  HostRef,
  LogSink,
  NewExecution,
  NewMetric,
  StepRef,
  StepStart,
} from '../../model/sink.ts';
import type { ExecutionRef } from '../../model/execution.ts';
import type { Delivery } from './delivery.ts';
import type { Spool } from './spool.ts';

/** How long a run waits at its beginning to hear whether it is wanted, in milliseconds. */
const firstContact = 3_000;

/** A sink that keeps what it is told on disk; a delivery sends it on. Whoever made spool and delivery ends them. */
export class SpoolSink implements LogSink {
  readonly #spool: Spool;
  readonly #delivery: Delivery;
  #begun = false;

  constructor(spool: Spool, delivery: Delivery) {
    this.#spool = spool;
    this.#delivery = delivery;
  }

  /** False until something may be recorded: the other side may refuse that from the first. */
  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Throws what the other side refuses at once: who may not write there learns it before anything runs. */
  async createExecution(argument: NewExecution): Promise<void> {
    await this.#spool.append({ call: 'createExecution', argument });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, firstContact);
    });
    await Promise.race([this.#delivery.firstOutcome, late]);
    clearTimeout(timer);
    const { state } = this.#delivery;
    if (state.kind === 'refused') throw state.error;
    this.#begun = true;
  }

  startStep(argument: StepStart): Promise<void> {
    return this.#spool.append({ call: 'startStep', argument });
  }

  startHost(argument: HostRef & { readonly at: number }): Promise<void> {
    return this.#spool.append({ call: 'startHost', argument });
  }

  append(argument: Append): Promise<void> {
    return this.#spool.append({ call: 'append', argument });
  }

  metric(argument: NewMetric): Promise<void> {
    return this.#spool.append({ call: 'metric', argument });
  }

  finishHost(argument: HostEnd): Promise<void> {
    return this.#spool.append({ call: 'finishHost', argument });
  }

  finishStep(argument: StepRef & Ending): Promise<void> {
    return this.#spool.append({ call: 'finishStep', argument });
  }

  finishExecution(argument: ExecutionRef & Ending): Promise<void> {
    return this.#spool.append({ call: 'finishExecution', argument });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#spool.complete();
  }
}
