import { abortReason, delay } from '../../base/abort.ts';
import type { Lease } from '../../base/lease.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionRef } from '../../model/execution.ts';
import type { Job, Runner, RunRequest } from '../../model/runner.ts';
import type { LogSink } from '../../model/sink.ts';
import { newExecutionId } from '../executionId.ts';
import { nextRunOf } from '../pipeline/cron.ts';
import type { Pipeline } from '../pipeline/model.ts';
import { wholeMinutes } from './cronClock.ts';
import { JobFolder, type JobFile } from './jobFolder.ts';
import { Runs } from './runs.ts';

export interface PipelineRunnerOptions {
  /** Each `*.yaml` in it is a job; steps run in it. */
  readonly folder: string;
  /** Opens a sink for one execution. */
  readonly openSink: () => Promise<LogSink>;
  /** Held by the one of several services that starts what is due. */
  readonly lease: Lease;
  /** What pipelines find around them, besides what they and those who start them say. */
  readonly environment: NodeJS.ProcessEnv;
  /** How many may run at a time. Default 10. */
  readonly most?: number;
  /** Told in words what nobody is there to be told. */
  readonly report: (words: string) => void;
  /** The minutes at which it is looked what is due. */
  readonly minutes?: (signal: AbortSignal) => AsyncIterable<number>;
  /** How often somebody who does not hold the lease asks for it, in milliseconds. */
  readonly leaseEvery?: number;
}

/** Opens a runner; it starts what is due by itself until it is disposed. Throws when the folder cannot be read. */
export async function openPipelineRunner(options: PipelineRunnerOptions): Promise<PipelineRunner> {
  const folder = new JobFolder(options.folder);
  await folder.files();
  return new PipelineRunner(folder, options);
}

/** Runs the pipelines of a folder: when asked, and those with `cron` by themselves. */
export class PipelineRunner implements Runner, AsyncDisposable {
  readonly #folder: JobFolder;
  readonly #options: PipelineRunnerOptions;
  readonly #runs: Runs;
  readonly #stop = new AbortController();
  readonly #scheduling: Promise<void>;
  #closed: Promise<void> | undefined;

  constructor(folder: JobFolder, options: PipelineRunnerOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#runs = new Runs({ openSink: options.openSink, most: options.most ?? 10, report: options.report });
    this.#scheduling = this.#schedule(this.#stop.signal);
  }

  async jobs(): Promise<readonly Job[]> {
    const now = Date.now();
    return (await this.#folder.files()).map((file) => jobOf(file, now));
  }

  async start({ job, user, environment = {} }: RunRequest): Promise<ExecutionRef> {
    const file = (await this.#folder.files()).find(({ id }) => id === job);
    if (!file) throw new LogError('notFound', `There is no job "${job}". Look at the list of jobs for what there is.`);
    const pipeline = runnable(file);
    refuseUnnamed(pipeline, environment);
    const execution = newExecutionId();
    await this.#runs.start({
      execution: { execution, job, ...(user !== undefined && { user }) },
      pipeline: { ...pipeline, environment: { ...pipeline.environment, ...environment } },
      directory: this.#folder.path,
      environment: this.#options.environment,
    });
    return { execution };
  }

  /** Starts nothing any longer, asks what runs to end, and resolves when all of that is recorded. */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stop.abort(new LogError('closed', 'The service is stopping.'));
    await this.#runs[Symbol.asyncDispose]();
    await this.#scheduling;
  }

  /** Starts what is due while it holds the lease; asks for the lease again and again while somebody else does. */
  async #schedule(signal: AbortSignal): Promise<void> {
    const { lease, leaseEvery = 5_000, report } = this.#options;
    let failing = '';
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      try {
        await lease.hold((held) => this.#startDue(held), signal);
        failing = '';
      } catch (error) {
        const { message } = LogError.from(error);
        if (!stopped() && message !== failing) report(`nothing is started by itself: ${message}`);
        failing = message;
      }
      await delay(leaseEvery, signal).catch(() => undefined);
    }
  }

  async #startDue(signal: AbortSignal): Promise<void> {
    for await (const minute of (this.#options.minutes ?? wholeMinutes)(signal)) {
      if (signal.aborted) throw abortReason(signal);
      const due = (await this.#folder.files()).filter((file) => isDue(file, minute));
      await Promise.all(due.map(({ id }) => this.#startByItself(id)));
    }
  }

  async #startByItself(job: string): Promise<void> {
    try {
      await this.start({ job });
    } catch (error) {
      this.#options.report(`job ${job} was due and did not begin: ${LogError.from(error).message}`);
    }
  }
}

function jobOf({ id, pipeline, problem }: JobFile, now: number): Job {
  const said = problem !== undefined && { problem };
  if (!pipeline) return { id, name: id, enabled: false, ...said };
  const { name, cron, enabled } = pipeline;
  const next = cron !== undefined && enabled ? nextRunOf(cron, now) : undefined;
  return { id, name, enabled, ...(cron !== undefined && { cron }), ...(next !== undefined && { nextRunAt: next }) };
}

function isDue({ pipeline }: JobFile, minute: number): boolean {
  const { cron, enabled } = pipeline ?? {};
  return enabled === true && cron !== undefined && nextRunOf(cron, minute - 1) === minute;
}

function runnable({ id, pipeline, problem }: JobFile): Pipeline {
  if (!pipeline) throw new LogError('invalidRequest', `Job "${id}" cannot be run. Mend its file: ${problem ?? ''}`);
  if (!pipeline.enabled)
    throw new LogError('invalidRequest', `Job "${id}" is switched off. Its file says "enabled: false".`);
  return pipeline;
}

/** What the service itself says of why something runs. */
const said = /^EXECLOGS_[A-Z]+_ID$/;

/** Who may run a pipeline may not make another of it: LD_PRELOAD or PATH would do. */
function refuseUnnamed({ environment }: Pipeline, asked: Readonly<Record<string, string>>): void {
  const unnamed = Object.keys(asked).find((name) => !Object.hasOwn(environment, name) && !said.test(name));
  if (unnamed === undefined) return;
  const known = Object.keys(environment).join(', ');
  const words = known === '' ? 'It takes none' : `It takes ${known}`;
  throw new LogError(
    'invalidRequest',
    `The pipeline has no variable ${JSON.stringify(unnamed.slice(0, 100))} in its "env". ${words}.`,
  );
}
