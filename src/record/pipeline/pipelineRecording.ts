import { both, leftOpenWords } from '../recordCommand.ts';
import type { ProcessEnd } from '../childProcess.ts';
import type { HostLog } from '../hostLog.ts';
import type { Outcome } from '../outcome.ts';
import type { Output } from '../outputPump.ts';
import type { Recording } from '../recording.ts';
import type { HostResult } from '../runResult.ts';
import type { StepRecording } from '../stepRecording.ts';
import { localHost, type Host, type Pipeline, type Step } from './model.ts';

/** Shows a run to whoever waits for it. */
export interface RunEcho {
  begins(step: Step, host: Host): void;
  output(step: Step, host: Host): Output;
  ends(result: HostResult): void;
}

/** Where the results and the output of a pipeline's steps go. */
export class PipelineRecording {
  readonly #steps = new Map<string, StepRecording>();
  readonly #echo: RunEcho;

  /** Announces all steps with their hosts. */
  constructor(pipeline: Pipeline, recording: Recording, echo: RunEcho, at: number) {
    this.#echo = echo;
    for (const [step, hosts] of stepsOf(pipeline)) {
      const { id, name, order, path } = step;
      const named = hosts.map(({ name, ssh }) => ({ id: name, name, ...(ssh && { address: ssh.destination }) }));
      this.#steps.set(id, recording.step({ step: id, name, order, path, hosts: named, at }));
    }
  }

  begin(step: Step, host: Host): HostStepRecording {
    this.#echo.begins(step, host);
    const startedAt = Date.now();
    const log = this.#step(step).begin(host.name, startedAt);
    return {
      output: both(log, this.#echo.output(step, host)),
      end: (outcome, end) => this.#end(step, host, { log, startedAt, outcome, end }),
    };
  }

  /** A step is not run on a host. */
  skip(step: Step, host: Host, message: string): HostResult {
    const result = { ...nameOf(step, host), status: 'skipped' as const, message, endedAt: Date.now(), lines: 0 };
    void this.#step(step).end(host.name, { status: result.status, message, at: result.endedAt });
    this.#echo.ends(result);
    return result;
  }

  #end(step: Step, host: Host, ended: Ended): HostResult {
    const { log, startedAt, outcome, end } = ended;
    const { status, exitCode, message } = outcome;
    if (end?.leftOpen) log.note(leftOpenWords);
    if (message !== undefined && (end?.failure !== undefined || status === 'timedOut')) log.note(message);
    const endedAt = Date.now();
    const said = { ...(exitCode !== undefined && { exitCode }), ...(message !== undefined && { message }) };
    const ignored = step.ignoreError && (status === 'failed' || status === 'timedOut') && { ignored: true as const };
    void this.#step(step).end(host.name, { status, ...said, ...ignored, at: endedAt }, log);
    const result = { ...nameOf(step, host), status, ...said, ...ignored, startedAt, endedAt, lines: log.lines };
    this.#echo.ends(result);
    return result;
  }

  #step(step: Step): StepRecording {
    const recording = this.#steps.get(step.id);
    if (!recording) throw new RangeError(`step ${step.id} was not announced`);
    return recording;
  }
}

interface Ended {
  readonly log: HostLog;
  readonly startedAt: number;
  readonly outcome: Outcome;
  readonly end: ProcessEnd | undefined;
}

/** A step at work on a host. */
export interface HostStepRecording {
  readonly output: Output;
  /** `end` is how its process ended, when there was one. */
  end(outcome: Outcome, end?: ProcessEnd): HostResult;
}

function nameOf(step: Step, host: Host): Pick<HostResult, 'step' | 'order' | 'name' | 'path' | 'host'> {
  return { step: step.id, order: step.order, name: step.name, path: step.path, host: host.name };
}

/** All steps in the order in which they run, with their hosts. */
export function* stepsOf(pipeline: Pipeline): Generator<[Step, readonly Host[]]> {
  const onLocal = (steps: readonly Step[]) => steps.map((step): [Step, Host[]] => [step, [localHost]]);
  yield* onLocal(pipeline.pre);
  for (const module of pipeline.modules) {
    yield* onLocal(module.pre);
    for (const task of module.tasks) yield* task.steps.map((step): [Step, readonly Host[]] => [step, task.hosts]);
    yield* onLocal(module.post);
  }
  yield* onLocal(pipeline.post);
}
