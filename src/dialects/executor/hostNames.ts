import type { Execution, HostResult, Step } from '../../model/execution.ts';
import type { LineOrigin } from '../../model/line.ts';
import type { StepQuery } from '../../model/query.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';

export interface NamedOrigin {
  readonly step: Step;
  readonly host: HostResult;
}

/** Hosts asked for when the first of a step is met; in larger steps the others are looked for one by one. */
const hostsAtOnce = 1_000;
/** A host is among so many whose id, name or address hold its id. */
const namesakes = 200;

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

  /** One after the other: what is asked for the first is known to the others. */
  async of(origins: readonly LineOrigin[]): Promise<NamedOrigin[]> {
    const named: NamedOrigin[] = [];
    for (const { step, host } of origins)
      named.push({
        step: this.#steps.get(step) ?? (await this.#findStep(step)),
        host: this.#hosts.get(step)?.get(host) ?? (await this.#findHost(step, host)),
      });
    return named;
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
    const known = this.#hosts.get(step);
    const hosts = known ?? new Map<string, HostResult>();
    this.#hosts.set(step, hosts);
    if (!known) await this.#ask(hosts, { step, limit: hostsAtOnce });
    if (!hosts.has(id)) await this.#ask(hosts, { step, text: id, limit: namesakes });
    const host = hosts.get(id) ?? { id, name: id, status: 'unknown' };
    hosts.set(id, host);
    return host;
  }

  async #ask(hosts: Map<string, HostResult>, query: Omit<StepQuery, 'execution'>): Promise<void> {
    const result = await this.#source.getStepResult({ execution: this.#execution.id, ...query }, this.#options);
    for (const host of result.hosts) hosts.set(host.id, host);
  }
}
