import type { Execution, HostResult, Step } from '../../model/execution.ts';
import type { LineOrigin } from '../../model/line.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';

export interface NamedOrigin {
  readonly step: Step;
  readonly host: HostResult;
}

/** Hosts asked for at once, and how often in a step of very many. */
const hostsAtOnce = 1_000;
const mostPages = 10;

/** What the steps and hosts are called that lines name by their ids; asked for when the first line of each is met. */
export class HostNames {
  readonly #source: LogSource;
  readonly #options: CallOptions;
  #execution: Execution;
  readonly #steps = new Map<string, Step>();
  readonly #hosts = new Map<string, Map<string, HostResult>>();

  constructor(source: LogSource, execution: Execution, options: CallOptions) {
    this.#source = source;
    this.#execution = execution;
    this.#options = options;
  }

  async of({ step, host }: LineOrigin): Promise<NamedOrigin> {
    return {
      step: this.#steps.get(step) ?? (await this.#findStep(step)),
      host: this.#hosts.get(step)?.get(host) ?? (await this.#findHost(step, host)),
    };
  }

  async #findStep(id: string): Promise<Step> {
    const isIt = (step: Step): boolean => step.id === id;
    if (!this.#execution.steps.some(isIt))
      this.#execution = await this.#source.getExecution({ execution: this.#execution.id }, this.#options);
    const step = this.#execution.steps.find(isIt) ?? { id, name: id, order: 0, status: 'unknown' };
    this.#steps.set(id, step);
    return step;
  }

  async #findHost(step: string, id: string): Promise<HostResult> {
    const hosts = this.#hosts.get(step) ?? new Map<string, HostResult>();
    this.#hosts.set(step, hosts);
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages && !hosts.has(id); pages++) {
      const page = await this.#source.getStepResult(
        { execution: this.#execution.id, step, limit: hostsAtOnce, ...(cursor !== undefined && { cursor }) },
        this.#options,
      );
      for (const host of page.hosts) hosts.set(host.id, host);
      cursor = page.next;
      if (cursor === undefined) break;
    }
    const host = hosts.get(id) ?? { id, name: id, status: 'unknown' };
    hosts.set(id, host);
    return host;
  }
}
