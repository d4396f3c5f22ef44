import type { Told, Transcript } from '../../held/transcript.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../model/execution.ts';
import type { Deployment, DeploymentStep } from './deployment.ts';
import { StepReading } from './stepReading.ts';

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
    for (const step of steps) {
      const reading = this.#steps.get(step.id) ?? new StepReading();
      this.#steps.set(step.id, reading);
      for (const { host, lines } of reading.next(step)) this.#transcript.add(step.id, host, lines);
    }
    this.#transcript.tell(told(summary, steps));
  }

  /** The file cannot be read now: what is known stays, with words on that. */
  keep(summary: ExecutionSummary): void {
    const known = this.#transcript.told;
    const steps = known?.execution.steps ?? [];
    this.#transcript.tell({ execution: { ...known?.execution, ...summary, steps }, hosts: known?.hosts ?? new Map() });
  }

  #remembered(step: DeploymentStep): DeploymentStep {
    const known = this.#known.get(step.id);
    if (step.planned && known) return { ...known, order: step.order };
    if (!step.planned) this.#known.set(step.id, step);
    return step;
  }
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
