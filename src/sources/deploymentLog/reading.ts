import { LineColumnsBuilder } from '../../base/lineBatch.ts';
import type { Told, Transcript } from '../../held/transcript.ts';
import type { LineColumns } from '../../model/line.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../model/execution.ts';
import type { Deployment, DeploymentStep } from './deployment.ts';
import { StepReading, type News } from './stepReading.ts';

/** Carries what a file says, each time it is read, into a transcript. */
export class Reading {
  readonly #transcript: Transcript;
  readonly #steps = new Map<string, StepReading>();
  /** Steps as they were when the file last said something of them: another may have taken a step's place. */
  readonly #known = new Map<string, DeploymentStep>();

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  tell(deployment: Deployment, summary: ExecutionSummary): void {
    const steps = deployment.steps.map((step) => this.#remembered(step));
    for (const { step, host, lines } of batched(inTime(steps.flatMap((step) => this.#newsOf(step)))))
      this.#transcript.add(step, host, lines);
    this.#transcript.tell(told(summary, steps));
  }

  /** The file cannot be read now: what is known stays, with words on that. */
  keep(summary: ExecutionSummary): void {
    const known = this.#transcript.told;
    const steps = known?.execution.steps ?? [];
    this.#transcript.tell({ execution: { ...known?.execution, ...summary, steps }, hosts: known?.hosts ?? new Map() });
  }

  /** With the time each stands at: where it has none of its own, that of what stands before it. */
  #newsOf(step: DeploymentStep): Timed[] {
    const reading = this.#steps.get(step.id) ?? new StepReading();
    this.#steps.set(step.id, reading);
    let at = step.startedAt ?? Number.NEGATIVE_INFINITY;
    return reading.next(step).map((news) => {
      at = Math.max(at, news.time ?? at);
      return { news, at };
    });
  }

  #remembered(step: DeploymentStep): DeploymentStep {
    const known = this.#known.get(step.id);
    if (step.planned && known) return { ...known, order: step.order };
    if (!step.planned) this.#known.set(step.id, step);
    return step;
  }
}

interface Timed {
  readonly news: News;
  readonly at: number;
}

/** Steps may run side by side. Within a step the order stays. */
function inTime(news: readonly Timed[]): News[] {
  return news.toSorted((one, other) => one.at - other.at || 0).map(({ news: one }) => one);
}

/** What follows one another in one host's log, together. */
function batched(all: readonly News[]): { step: string; host: string; lines: LineColumns }[] {
  const batches: { step: string; host: string; builder: LineColumnsBuilder }[] = [];
  for (const { step, host, lines } of all) {
    let last = batches.at(-1);
    if (last?.step !== step || last.host !== host) {
      last = { step, host, builder: new LineColumnsBuilder() };
      batches.push(last);
    }
    for (const line of lines) last.builder.add(line);
  }
  return batches.map(({ step, host, builder }) => ({ step, host, lines: builder.build() }));
}

function told(summary: ExecutionSummary, steps: readonly DeploymentStep[]): Told {
  const execution: Execution = { ...summary, steps: steps.map(stepOf) };
  return { execution, hosts: new Map(steps.map((step) => [step.id, hostsOf(step)])) };
}

function stepOf(step: DeploymentStep): Step {
  const { id, name, order } = step;
  return { id, name, order, ...timedOf(step), ...(step.message !== undefined && { message: step.message }) };
}

function hostsOf(step: DeploymentStep): HostResult[] {
  return step.hosts.map(({ name, exitCode, message, status }) => ({
    id: name,
    name,
    ...timedOf(step),
    status,
    ...(exitCode !== undefined && { exitCode }),
    ...(message !== undefined && { message }),
  }));
}

function timedOf({ status, rawStatus, startedAt, endedAt }: DeploymentStep): Omit<Step, 'id' | 'name' | 'order'> {
  return {
    status,
    ...(rawStatus !== undefined && { rawStatus }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
}
