import { delay } from '../src/base/abort.ts';
import type { Disposes } from '../src/base/disposables.ts';
import type { LogHost } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import type { Execution, HostResult, Step } from '../src/model/execution.ts';
import type { StepResult } from '../src/model/page.ts';
import type { LogScope } from '../src/model/query.ts';
import type { CallOptions, Change } from '../src/model/source.ts';
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
  #watching = new AbortController();
  #rest: PromiseWithResolvers<void> | undefined;
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
    this.wake();
  }

  /** Asks no more until `wake`: nobody answers. */
  rest(): void {
    this.#rest ??= Promise.withResolvers();
    this.#watching.abort(new LogError('closed', 'Rests.'));
  }

  wake(): void {
    this.#rest?.resolve();
    this.#rest = undefined;
  }

  async #follow(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      this.#watching = new AbortController();
      if (await this.#watch(AbortSignal.any([this.#ended.signal, this.#watching.signal]))) return;
      if (this.#rest) await this.#rest.promise;
      else await delay(backoff(attempt), this.#ended.signal).catch(() => undefined);
    }
  }

  /** Watches until the execution has ended or is gone (true), or nothing comes any more (false). */
  async #watch(signal: AbortSignal): Promise<boolean> {
    try {
      const changes: AsyncIterator<Change, unknown> = this.#reader
        .watch({ execution: this.#scope.execution }, { signal })
        [Symbol.asyncIterator]();
      // Asked for before the state is read, so that nothing is missed in between.
      let next = changes.next();
      next.catch(() => undefined);
      for (;;) {
        await this.refresh();
        if (this.#known.execution && isOver(this.#known.execution)) {
          await changes.return?.();
          return true;
        }
        const result = await next;
        if (result.done) return false;
        if (result.value.removed) throw new LogError('notFound', 'This execution no longer exists.');
        await delay(leastPause, signal);
        next = changes.next();
        next.catch(() => undefined);
      }
    } catch (error) {
      if (signal.aborted) return this.#ended.signal.aborted;
      const failure = LogError.from(error);
      this.#become({ ...this.#known, error: failure });
      return failure.code === 'notFound' || failure.code === 'closed';
    }
  }

  #become(known: Known): void {
    if (this.#ended.signal.aborted) return;
    this.#known = known;
    this.#changed();
  }
}

/** A writer that is thought to be gone may come back. */
function isOver({ status }: Execution): boolean {
  return isFinished(status) && status !== 'interrupted';
}
