import { delay } from '../src/base/abort.ts';
import type { Disposes } from '../src/base/disposables.ts';
import type { LogHost } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import type { Execution, HostResult, Step } from '../src/model/execution.ts';
import type { StepResult } from '../src/model/page.ts';
import type { LogScope } from '../src/model/query.ts';
import type { CallOptions } from '../src/model/source.ts';
import { isFinished } from '../src/model/status.ts';
import { findHost } from './opening.ts';
import { backoff } from './tail/tail.ts';

/** What is known about the log shown; parts come one by one. */
export interface Known {
  readonly execution: Execution | undefined;
  readonly step: Step | undefined;
  readonly host: HostResult | undefined;
  /** Why nothing newer is known. */
  readonly error: LogError | undefined;
}

const leastPause = 300;

/** Keeps what the header says true: asks again whenever something in the execution has changed. */
export class Details implements Disposes {
  readonly #reader: LogHost;
  readonly #scope: LogScope;
  readonly #changed: () => void;
  readonly #ended = new AbortController();
  #known: Known = { execution: undefined, step: undefined, host: undefined, error: undefined };

  constructor(reader: LogHost, scope: LogScope, changed: () => void) {
    this.#reader = reader;
    this.#scope = scope;
    this.#changed = changed;
    void this.#follow();
  }

  get known(): Known {
    return this.#known;
  }

  /** Asks now, whatever the watch says. */
  async refresh(): Promise<void> {
    const options = { signal: this.#ended.signal };
    const { execution: id, step: stepId, host: hostId } = this.#scope;
    const [execution, host] = await Promise.all([
      this.#reader.getExecution({ execution: id }, options),
      stepId !== undefined && hostId !== undefined
        ? findHost(this.#reader, { execution: id, step: stepId, host: hostId }, options)
        : undefined,
    ]);
    const step = execution.steps.find((candidate) => candidate.id === stepId);
    this.#become({ execution, step, host, error: undefined });
  }

  /** Hosts of a step, those whose name has `text`. */
  hosts(step: string, text: string, options: CallOptions): Promise<StepResult> {
    const { execution } = this.#scope;
    return this.#reader.getStepResult({ execution, step, limit: 200, ...(text !== '' && { text }) }, options);
  }

  dispose(): void {
    this.#ended.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ended;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.refresh();
        attempt = 0;
        if (this.#known.execution && isFinished(this.#known.execution.status)) return;
        for await (const change of this.#reader.watch({ execution: this.#scope.execution }, { signal })) {
          if (change.removed) this.#gone();
          else await this.refresh();
          await delay(leastPause, signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        const failure = LogError.from(error);
        this.#become({ ...this.#known, error: failure });
        if (failure.code === 'notFound' || failure.code === 'closed') return;
      }
      await delay(backoff(attempt), signal).catch(() => undefined);
    }
  }

  #gone(): void {
    this.#become({ ...this.#known, error: new LogError('notFound', 'This execution no longer exists.') });
  }

  #become(known: Known): void {
    if (this.#ended.signal.aborted) return;
    this.#known = known;
    this.#changed();
  }
}
