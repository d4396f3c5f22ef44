import { delay, onAbort } from '../../../base/abort.ts';
import { Backoff } from '../../../base/backoff.ts';
import { pollingWatch } from '../../../base/pollingWatch.ts';
import type { Told, Transcript } from '../../../held/transcript.ts';
import { TranscriptSource } from '../../../held/transcriptSource.ts';
import type { Follower, TranscriptSystem } from '../../../held/transcriptSystem.ts';
import type { ConnectOptions } from '../../../model/connect.ts';
import { LogError } from '../../../model/errors.ts';
import type { ExecutionList, TailState } from '../../../model/page.ts';
import type { ExecutionQuery, WatchQuery } from '../../../model/query.ts';
import type { Change, LogSource } from '../../../model/source.ts';
import { isFinished } from '../../../model/status.ts';
import { Api } from '../../api.ts';
import { askedToWait } from '../../httpErrors.ts';
import { pathSegment } from '../../pathSegment.ts';
import { textOf, type Fields } from '../../values.ts';
import { within } from '../../within.ts';
import { askObject } from './answers.ts';
import { JobNames } from './jobNames.ts';
import { RunList } from './listing.ts';
import { Nudges } from './nudges.ts';
import { defaultPace, type Pace } from './pace.ts';
import { LogReading, type RunPlace } from './reading.ts';
import { RunLog } from './runLog.ts';
import { summaryOf, toldOf } from './runs.ts';
import { timesOf, type ReadTime } from './zone.ts';

export interface CronJobsOptions extends ConnectOptions {
  readonly pace?: Partial<Pace>;
}

/** So many failures in a row end a tail. */
const mostFailures = 5;
const mostUselessStreams = 2;
/** Lists change less often than what is followed. */
const pausesOfWatch = 2;

/** Opens what speaks document 001's API: weaver, or a service of ours. Nothing is requested before something is asked. */
export function openCronJobs(url: string, options: CronJobsOptions = {}): LogSource {
  return new CronJobs(url, options).source;
}

/** Runs of cron jobs as a system tells them that keeps no pointers. */
export class CronJobs implements TranscriptSystem {
  readonly can = { hosts: false, watch: 'poll' } as const;
  readonly transcripts = { scheme: 'cron' };
  readonly source: TranscriptSource;
  readonly #api: Api;
  readonly #pace: Pace;
  readonly #readTime: ReadTime;
  readonly #names: JobNames;
  readonly #list: RunList;
  readonly #reading: LogReading;
  readonly #nudges = new WeakMap<Transcript, Nudges>();
  readonly #logs = new WeakMap<Transcript, RunLog>();
  /** Streams that ended without having brought a line; after so many none is tried. */
  #uselessStreams = 0;
  #waiting = 0;

  constructor(url: string, { pace, ...options }: CronJobsOptions) {
    this.#pace = { ...defaultPace, ...pace };
    this.#readTime = timesOf(url);
    this.#api = new Api(url, options);
    this.#names = new JobNames(this.#api, this.#pace);
    this.#list = new RunList(this.#api, this.#names, this.#pace, this.#readTime);
    this.#reading = new LogReading(this.#api, this.#pace, this.#readTime);
    this.source = new TranscriptSource(this);
  }

  get waiting(): number {
    return this.#waiting;
  }

  list(query: ExecutionQuery, signal: AbortSignal): Promise<ExecutionList> {
    return this.#list.list(query, signal);
  }

  async refresh(transcript: Transcript, signal: AbortSignal): Promise<void> {
    const log = this.#logOf(transcript);
    const run = await this.#run(transcript.execution, signal);
    if (!transcript.isFinished || Date.now() - log.readAt < 10 * this.#pace.settling)
      await log.readAll(this.#reading, this.#place(transcript, run), transcript, signal);
    transcript.tell(await this.#told(run, log, signal));
  }

  async follow(transcript: Transcript, { signal, tell }: Follower): Promise<void> {
    const { backoff: pauses, gap } = this.#pace;
    const nudges = this.#nudgesOf(transcript);
    const backoff = new Backoff({ first: pauses[0], longest: pauses[1] });
    const listening = new AbortController();
    const forget = onAbort(signal, () => listening.abort(signal.reason));
    try {
      for (let failures = 0; ;) {
        const { mark } = nudges.news;
        try {
          if (await this.#lookAgain(transcript, nudges, signal)) return;
          failures = 0;
          backoff.reset();
          this.#listen(transcript, nudges, listening.signal);
          const pause = nudges.areRelied ? this.#pace.streaming : this.#reading.pause;
          tell(nudges.areRelied ? { kind: 'live' } : polling(pause));
          if (await within(pause, (until) => nudges.news.since(mark, until), signal)) await delay(gap, signal);
        } catch (error) {
          if (signal.aborted) throw error;
          const wait = this.#waitAfter(LogError.from(error), ++failures, backoff);
          tell({ kind: 'reconnecting', at: Date.now() + wait, why: LogError.from(error).message });
          await delay(wait, signal);
        }
      }
    } finally {
      forget();
      listening.abort(new LogError('closed', 'Nobody follows any longer.'));
    }
  }

  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<Change> {
    return pollingWatch(this.source, query, (until) => this.#pause(until), signal);
  }

  async dispose(): Promise<void> {
    this.#api.close();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#waiting++;
    try {
      await delay(pausesOfWatch * this.#reading.pause, signal);
    } finally {
      this.#waiting--;
    }
  }

  /** Reads what is new, then says what the system says; true when nothing more will come. */
  async #lookAgain(transcript: Transcript, nudges: Nudges, signal: AbortSignal): Promise<boolean> {
    const log = this.#logOf(transcript);
    const run = await this.#run(transcript.execution, signal);
    const place = this.#place(transcript, run);
    const isThorough = nudges.areRelied || Date.now() - log.readAt > this.#pace.thorough;
    if (isThorough) await log.readAll(this.#reading, place, transcript, signal);
    else await log.readNews(this.#reading, place, transcript, signal);
    const told = await this.#told(run, log, signal);
    if (!isFinished(told.execution.status)) {
      transcript.tell(told);
      return false;
    }
    // A run may say that it has ended before it has written its last line.
    await delay(this.#pace.settling, signal);
    await log.readAll(this.#reading, place, transcript, signal);
    transcript.tell(await this.#told(run, log, signal));
    return true;
  }

  async #run(id: string, signal: AbortSignal): Promise<Fields> {
    const path = `/api/cronjobs/runs/${pathSegment(id)}`;
    const run = await askObject(this.#api, path, { signal, timeout: this.#pace.answer });
    const told = textOf(run['id'] ?? run['job_run_id'] ?? run['run_id']);
    if (told === id) return run;
    throw new LogError('unavailable', `${this.#api.base.origin} answers for the run "${id}", but not with that run.`);
  }

  async #told(run: Fields, log: RunLog, signal: AbortSignal): Promise<Told> {
    const summary = summaryOf(run, await this.#names.all(signal), this.#readTime);
    if (!summary) throw new LogError('unavailable', `${this.#api.base.origin} tells of a run without an id.`);
    return toldOf(run, summary, log.steps, this.#readTime);
  }

  /** Opens the run's stream, once, and again after it broke when it has been of use. */
  #listen(transcript: Transcript, nudges: Nudges, signal: AbortSignal): void {
    if (this.#uselessStreams >= mostUselessStreams || nudges.areListening) return;
    const newest = this.#logOf(transcript).newestKey;
    void nudges.listen(transcript.execution, newest, signal).then((works) => {
      if (nudges.hasProved || signal.aborted) return;
      this.#uselessStreams += works ? 1 : mostUselessStreams;
    });
  }

  #place({ execution }: Transcript, run: Fields): RunPlace {
    return { run: execution, job: textOf(run['job_id']), from: this.#readTime(run['started_at']) };
  }

  /** Milliseconds until the next attempt. Throws what ends a tail: what will not pass, or has not passed. */
  #waitAfter(error: LogError, failures: number, backoff: Backoff): number {
    if (error.code !== 'unavailable' && error.code !== 'throttled') throw error;
    if (failures < mostFailures) return askedToWait(error) ?? backoff.next();
    const words = `It could not be read ${failures} times in a row: ${error.message}`;
    throw new LogError('unavailable', words, { cause: error });
  }

  #logOf(transcript: Transcript): RunLog {
    const known = this.#logs.get(transcript) ?? new RunLog();
    this.#logs.set(transcript, known);
    return known;
  }

  #nudgesOf(transcript: Transcript): Nudges {
    const known = this.#nudges.get(transcript) ?? new Nudges(this.#api);
    this.#nudges.set(transcript, known);
    return known;
  }
}

function polling(milliseconds: number): TailState {
  return { kind: 'polling', seconds: Math.max(1, Math.round(milliseconds / 1_000)) };
}
