import type { Transcript } from '../../../held/transcript.ts';
import { LogError } from '../../../model/errors.ts';
import type { ExecutionSummary } from '../../../model/execution.ts';
import { isFinished } from '../../../model/status.ts';
import { entryIn } from './entries.ts';
import { fieldsOf, listOf, type Fields } from '../../values.ts';
import { field, numberIn } from './fields.ts';
import { JobLines } from './jobLines.ts';
import type { JobsApi } from './jobsApi.ts';
import { statusIn } from './statuses.ts';
import { toldOf } from './told.ts';
import { typeIn } from './types.ts';

export interface ReadingOptions {
  readonly api: JobsApi;
  readonly type: string | undefined;
  /** Is told how a job stands, whenever that was learnt. */
  readonly seen: (summary: ExecutionSummary) => void;
}

/** What an event says of the whole job. */
const changing = ['status', 'stats', 'metadata', 'result', 'error'];

/** Reads one job into its transcript. */
export class JobReading {
  readonly #transcript: Transcript;
  readonly #options: ReadingOptions;
  readonly #lines: JobLines;
  #job: Fields = {};

  constructor(transcript: Transcript, options: ReadingOptions) {
    this.#transcript = transcript;
    this.#options = options;
    this.#lines = new JobLines(transcript);
  }

  get id(): string {
    return this.#transcript.execution;
  }

  get isFinished(): boolean {
    return this.#transcript.isFinished;
  }

  /** Reads the whole job; what has ended is not asked for again. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (this.isFinished) return;
    this.take(await this.#options.api.job(this.id, signal));
  }

  subscribed(): void {
    this.#lines.subscribed();
  }

  /** A whole job: its lines first, then how it stands, for what has ended writes no more. */
  take(job: Fields): void {
    this.#checkType(job);
    this.#lines.addWindow(windowIn(job));
    this.#job = withoutLogs(job);
    this.#tell();
  }

  /** What a stream says. Resolves with true at the end of the job, when all that it wrote is there. */
  async hear(event: Fields, signal: AbortSignal): Promise<boolean> {
    const job = fieldsOf(field(event, 'job'));
    switch (field(event, 'type')) {
      case 'snapshot':
        this.take(job);
        // Between its look at the job and its listening, the server may have missed lines.
        if (!this.isFinished) await this.refresh(signal);
        break;
      case 'heartbeat':
        await this.#changed(job, signal);
        break;
      default: {
        const entry = entryIn(field(event, 'event'));
        if (entry) this.#lines.addEvent(entry);
        await this.#changed(event, signal);
      }
    }
    return this.isFinished;
  }

  async #changed(said: Fields, signal: AbortSignal): Promise<void> {
    const told = changing.filter((name) => Object.hasOwn(said, name)).map((name) => [name, said[name]] as const);
    const job: Fields = { ...this.#job, ...Object.fromEntries(told) };
    if (isFinished(statusIn(job).status)) return this.#settle(job, signal);
    this.#job = job;
    this.#tell();
  }

  /** Everything is read once more before a job counts as ended, as far as it is still to be had. */
  async #settle(ended: Fields, signal: AbortSignal): Promise<void> {
    let job: Fields;
    try {
      job = await this.#options.api.job(this.id, signal);
    } catch (error) {
      if (!(error instanceof LogError) || error.code !== 'notFound') throw error;
      job = ended;
    }
    this.take(isFinished(statusIn(job).status) ? job : { ...job, status: field(ended, 'status') });
  }

  #tell(): void {
    const told = toldOf(this.id, this.#job);
    this.#transcript.tell(told);
    const { steps: _, ...summary } = told.execution;
    this.#options.seen(summary);
  }

  #checkType(job: Fields): void {
    const { type } = this.#options;
    const found = typeIn(job);
    if (type === undefined || found === type) return;
    const remedy = 'Open it through a connection without "type".';
    throw new LogError('invalidRequest', `Job "${this.id}" is a ${found} job, not a ${type}. ${remedy}`);
  }
}

function windowIn(job: Fields) {
  const entries = listOf(field(job, 'logs')).flatMap((value) => entryIn(value) ?? []);
  const total = numberIn(fieldsOf(field(job, 'metadata')), 'logs_total');
  return { entries, ...(total !== undefined && { total }) };
}

function withoutLogs(job: Fields): Fields {
  return Object.fromEntries(Object.entries(job).filter(([name]) => name !== 'logs' && name !== 'action_logs'));
}
