import type { Status } from '../../model/status.ts';
import type { Output } from '../outputPump.ts';
import type { Host, Step } from '../pipeline/model.ts';
import type { RunEcho } from '../pipeline/pipelineRecording.ts';
import type { HostResult, RunResult } from '../runResult.ts';
import type { DeploymentRecord } from './format.ts';
import { localTime } from './localTime.ts';
import { LogFile } from './logFile.ts';
import { CommandOutput, plannedRecord, StepEntry } from './stepEntry.ts';

export interface DeploymentRun {
  readonly execution: string;
  readonly user: string;
  readonly name: string;
  readonly kind: 'command' | 'pipeline';
  readonly directory: string;
  readonly hostName: string;
  /** Name and version of the program that writes. */
  readonly writer: string;
  readonly startedAt: number;
  /** In their order, with the hosts they run on. */
  readonly steps: readonly (readonly [Step, readonly Host[]])[];
}

/**
 * Keeps a run as a deployment log: a file that holds every command that has ended, from the moment it has. A command is a
 * step's script on one host.
 */
export class DeploymentLog implements RunEcho {
  readonly #record: DeploymentRecord;
  readonly #run: DeploymentRun;
  readonly #file: LogFile;
  readonly #planned: ReadonlyMap<string, readonly [Step, readonly Host[]]>;
  readonly #entries = new Map<string, StepEntry>();
  readonly #outputs = new Map<string, CommandOutput>();

  /** The file is made in `folder` when the first step begins. `report` is told once when it cannot be written. */
  constructor(folder: string, run: DeploymentRun, report: (words: string) => void) {
    this.#run = run;
    this.#record = recordOf(run);
    this.#planned = new Map(run.steps.map((planned) => [planned[0].id, planned]));
    const about = { name: run.name, at: run.startedAt };
    this.#file = new LogFile(folder, about, () => `${JSON.stringify(this.#record, undefined, 2)}\n`, report);
  }

  begins(step: Step, host: Host): void {
    this.#entry(step.id, Date.now()).begins(host.name);
    this.#file.changed();
  }

  output(step: Step, host: Host): Output {
    const output = new CommandOutput();
    this.#outputs.set(keyOf(step.id, host.name), output);
    return {
      write(stream, chunk) {
        output[stream].write(chunk);
        return undefined;
      },
    };
  }

  ends(result: HostResult): void {
    const key = keyOf(result.step, result.host);
    this.#entry(result.step, result.endedAt).ends(result, this.#outputs.get(key));
    this.#outputs.delete(key);
    // What has ended is in the file from now on, whatever happens to us.
    this.#file.flush();
  }

  /** The run has ended; the file says so when this returns, or cannot be written. */
  finish({ status, endedAt }: Pick<RunResult, 'status' | 'endedAt'>): void {
    const { steps, plan } = this.#record;
    this.#record.status = fileStatus(status);
    this.#record.end_time = localTime(endedAt);
    this.#record.summary = {
      total_steps: plan.steps.length,
      successful_steps: steps.filter((step) => step.status === 'success').length,
      total_commands: steps.reduce((sum, { commands }) => sum + commands.length, 0),
      duration_seconds: (endedAt - this.#run.startedAt) / 1_000,
    };
    this.#file.flush();
  }

  /** The step's place in the file; it gets one when it begins. */
  #entry(id: string, at: number): StepEntry {
    const known = this.#entries.get(id);
    if (known) return known;
    const planned = this.#planned.get(id);
    if (!planned) throw new RangeError(`step ${id} was not announced`);
    const entry = new StepEntry(...planned, at);
    this.#entries.set(id, entry);
    this.#record.steps.push(entry.record);
    return entry;
  }
}

function keyOf(step: string, host: string): string {
  return JSON.stringify([step, host]);
}

function recordOf(run: DeploymentRun): DeploymentRecord {
  const start = localTime(run.startedAt);
  return {
    version: '2.0',
    mode: 'orchestrator',
    repo_url: run.name,
    deploy_dir: run.directory,
    project_type: run.kind,
    framework: null,
    host_info: { hostname: run.hostName, target: 'local' },
    start_time: start,
    end_time: null,
    status: 'running',
    config: {},
    plan: {
      strategy: run.kind,
      components: [],
      steps: run.steps.map(([step]) => plannedRecord(step)),
      risks: [],
      notes: [],
      estimated_time: null,
      created_at: start,
    },
    steps: [],
    writer: run.writer,
    execution: run.execution,
    user: run.user,
  };
}

function fileStatus(status: Status): DeploymentRecord['status'] {
  if (status === 'succeeded') return 'success';
  return status === 'cancelled' ? 'aborted' : 'failed';
}
