import type { Disposes } from '../src/base/disposables.ts';
import type { LogScope } from '../src/model/query.ts';
import { LogError } from '../src/model/errors.ts';
import { durationOf, type HostResult, type Step } from '../src/model/execution.ts';
import { isFailure } from '../src/model/status.ts';
import { formatDuration } from './amounts.ts';
import type { Details } from './details.ts';
import type { Choice } from './shell/picker.ts';
import { statedLook } from './shell/statusLook.ts';
import type { Translate } from './words.ts';

export function stepChoices(steps: readonly Step[], current: string | undefined, t: Translate): Choice[] {
  return steps.map((step) => ({
    id: step.id,
    label: step.name,
    description: [...(step.path ?? []), timeOf(step, t)].filter((word) => word !== '').join(' · '),
    isCurrent: step.id === current,
    ...lookOf(step, t),
  }));
}

export function hostChoices(hosts: readonly HostResult[], current: string | undefined, t: Translate): Choice[] {
  return hosts.map((host) => ({
    id: host.id,
    label: host.name,
    description: [host.ignored ? t('ignored') : '', host.exitCode ? t('exit {0}', host.exitCode) : '', timeOf(host, t)]
      .filter((word) => word !== '')
      .join(' · '),
    isCurrent: host.id === current,
    ...lookOf(host, t),
  }));
}

function lookOf(subject: HostResult | Step, t: Translate): Pick<Choice, 'icon' | 'tone'> {
  const { icon, tone } = statedLook(subject, t);
  return { icon, tone };
}

function timeOf(subject: HostResult | Step, t: Translate): string {
  const duration = durationOf(subject, Date.now());
  return duration === undefined ? '' : formatDuration(duration, t);
}

/** The hosts of a step as they are asked for by a text; the last question counts. */
export class HostFinder implements Disposes {
  readonly #details: Details;
  readonly #step: string;
  #asking = new AbortController();

  constructor(details: Details, step: string) {
    this.#details = details;
    this.#step = step;
  }

  async find(text: string, found: (hosts: readonly HostResult[], problem: string) => void): Promise<void> {
    this.#asking.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const { hosts } = await this.#details.hosts(this.#step, text, { signal: asking.signal });
      if (!asking.signal.aborted) found(hosts, '');
    } catch (error) {
      if (!asking.signal.aborted) found([], LogError.from(error).message);
    }
  }

  dispose(): void {
    this.#asking.abort();
  }
}

/** The failed host before or after this one: within the step first, then in the steps that follow. */
export async function nextFailed(
  details: Details,
  from: Required<LogScope>,
  direction: 'next' | 'previous',
  signal: AbortSignal,
): Promise<Required<LogScope> | undefined> {
  const steps = details.known.execution?.steps ?? [];
  const at = steps.findIndex(({ id }) => id === from.step);
  const forward = direction === 'next';
  for (let index = at; index >= 0 && index < steps.length; index += forward ? 1 : -1) {
    const step = steps[index];
    if (!step || (index !== at && !hasFailures(step))) continue;
    const { hosts } = await details.hosts(step.id, '', { signal });
    const failed = hosts.filter(({ status }) => isFailure(status)).map(({ id }) => id);
    const own = failed.indexOf(from.host);
    const inside = forward ? failed.slice(own + 1) : failed.slice(0, Math.max(0, own)).reverse();
    const [host] = index === at ? inside : forward ? failed : failed.reverse();
    if (host !== undefined) return { ...from, step: step.id, host };
  }
  return undefined;
}

function hasFailures({ status, hosts = {} }: Step): boolean {
  return isFailure(status) || Object.keys(hosts).some((key) => isFailure(key as Step['status']));
}
