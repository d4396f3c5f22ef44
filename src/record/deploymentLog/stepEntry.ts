import type { Status } from '../../model/status.ts';
import type { Host, Script, Step } from '../pipeline/model.ts';
import type { HostResult } from '../runResult.ts';
import { keptCharacters, type CommandRecord, type HostEntry, type PlannedRecord, type StepRecord } from './format.ts';
import { localTime } from './localTime.ts';
import { OutputHead } from './outputHead.ts';

/** What a command has written so far. */
export class CommandOutput {
  readonly stdout = new OutputHead(keptCharacters.stdout);
  readonly stderr = new OutputHead(keptCharacters.stderr);

  end(): void {
    this.stdout.end();
    this.stderr.end();
  }
}

/** A step's place in a deployment log: it runs from its first host's start to its last host's end. */
export class StepEntry {
  readonly record: StepRecord;
  readonly #command: string;
  readonly #hosts: readonly Host[];
  readonly #results: HostResult[] = [];

  constructor(step: Step, hosts: readonly Host[], at: number) {
    this.#command = commandText(step.run);
    this.#hosts = hosts;
    this.record = {
      step_id: step.order,
      step_name: titleOf(step),
      category: 'deploy',
      status: 'running',
      iterations: 0,
      compressed: false,
      compressed_history: null,
      commands: [],
      user_interactions: [],
      structured_outputs: null,
      error: null,
      timestamp: localTime(at),
      compression_events: [],
      hosts: hosts.map(({ name }) => ({ name, status: 'pending' })),
    };
  }

  begins(host: string): void {
    const entry = this.#host(host);
    if (entry) entry.status = 'running';
  }

  /** `output` is what its command wrote, when there was one. */
  ends(result: HostResult, output: CommandOutput | undefined): void {
    const { record } = this;
    this.#results.push(result);
    record.iterations = this.#results.length;
    if (output && result.status !== 'skipped') record.commands.push(commandRecord(this.#command, result, output));
    record.timestamp = localTime(result.endedAt);
    if (this.#results.length === this.#hosts.length) record.status = stepStatus(this.#results);
    this.#say(result);
    const entry = this.#host(result.host);
    if (!entry) return;
    entry.status = hostStatus(result.status);
    if (result.exitCode !== undefined) entry.exit_code = result.exitCode;
    if (result.message !== undefined) entry.error = result.message;
  }

  #host(name: string): HostEntry | undefined {
    return this.record.hosts.find((one) => one.name === name);
  }

  /** Why it went as it did, in words; the first failure's stay. */
  #say({ status, message, startedAt, host }: HostResult): void {
    if (message === undefined || this.record.error !== null) return;
    const words = this.#hosts.length > 1 ? `${host}: ${message}` : message;
    // A step that began and was skipped had nothing to do.
    if (status === 'skipped' && startedAt !== undefined)
      this.record.structured_outputs = { summary: words, key_info: {} };
    else this.record.error = words;
  }
}

/** A step as it stands in the plan. */
export function plannedRecord(step: Step): PlannedRecord {
  const { order: id } = step;
  const name = titleOf(step);
  return {
    id,
    name,
    description: name,
    category: 'deploy',
    estimated_commands: [commandText(step.run)],
    success_criteria: 'exit code 0',
    depends_on: [],
  };
}

function titleOf({ path, name }: Step): string {
  return [...path, name].join(' › ');
}

function commandText(script: Script): string {
  return typeof script === 'string' ? script.trimEnd() : script.join(' ');
}

function commandRecord(command: string, result: HostResult, output: CommandOutput): CommandRecord {
  output.end();
  const { exitCode, message, host, status } = result;
  const { stdout, stderr } = output;
  const words = exitCode === undefined && message !== undefined ? message : '';
  return {
    command,
    success: status === 'succeeded',
    exit_code: exitCode ?? -1,
    stdout: stdout.text,
    stderr: stderr.text || words,
    timestamp: localTime(result.endedAt),
    host,
    stdout_length: stdout.length,
    stderr_length: stderr.length || words.length,
  };
}

function stepStatus(results: readonly HostResult[]): StepRecord['status'] {
  const statuses = new Set<Status>(results.map(({ status }) => status));
  if (['failed', 'timedOut', 'cancelled'].some((status) => statuses.has(status as Status))) return 'failed';
  return statuses.has('succeeded') ? 'success' : 'skipped';
}

function hostStatus(status: Status): HostEntry['status'] {
  if (status === 'timedOut') return 'timeout';
  if (status === 'cancelled' || status === 'skipped') return status;
  return status === 'succeeded' ? 'success' : 'failed';
}
