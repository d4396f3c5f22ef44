import { resolve } from 'node:path';
import { LogError } from '../model/errors.ts';
import type { LogSink } from '../model/sink.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';
import { openPipelineRunner, type PipelineRunner } from '../record/runner/pipelineRunner.ts';
import { dialectRoutes } from '../service/dialects.ts';
import type { Metrics } from '../service/metrics.ts';
import type { ServiceLog } from '../service/serviceLog.ts';
import { Sinks } from '../service/sinks.ts';
import { combined, combinedAdmin, combinedStatistics } from '../sources/combined.ts';
import { combinedSink } from '../sources/combined/sink.ts';
import { defaultConnection, homeFolder } from '../sources/home.ts';
import { openLease, openSink, openSource, type Opened, type OpenOptions } from '../sources/open.ts';
import { startArchiving, type ArchiveReport } from '../tools/startArchiving.ts';
import { usageError, type Words } from './commandLine.ts';
import { archiveOptions, openOptions } from './connection.ts';
import { openRetention } from './retention.ts';
import { samePlace } from './samePlace.ts';

/** How long a writer may take to find the service again after it was restarted, in milliseconds. */
const comingBack = 30_000;

/** What `execlogs serve` serves. */
export interface OpenServed extends AsyncDisposable {
  readonly source: LogSource;
  readonly admin?: LogAdmin;
  readonly statistics?: LogStatistics;
  readonly runner?: PipelineRunner;
  readonly routes: typeof dialectRoutes;
  /** What is asked whether it can be read, by name. */
  readonly stores: Readonly<Record<string, LogSource>>;
  sinkFor(execution: string, caller?: string): Promise<LogSink>;
  /** Says in the service's log what it is going to do by itself. */
  announce(): void;
}

/** Opens what the options name. A store that is out of reach now is opened all the same: it is tried when asked for. */
export async function openServed(words: Words, metrics: Metrics, log: ServiceLog): Promise<OpenServed> {
  const opened: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  const keep = <T extends AsyncDisposable | undefined>(one: T): T => {
    if (one) opened.push(one);
    return one;
  };
  try {
    return { ...(await openAll(words, { metrics, log, keep })), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Opening {
  readonly metrics: Metrics;
  readonly log: ServiceLog;
  /** What was opened is closed with everything, the last first. */
  readonly keep: <T extends AsyncDisposable | undefined>(one: T) => T;
}

async function openAll(words: Words, { metrics, log, keep }: Opening): Promise<Omit<OpenServed, symbol>> {
  const url = words.text('store') ?? defaultConnection(homeFolder(process.env, process.platform));
  const options = told(await openOptions(words, url), log);
  const live = await openSource(url, options);
  const archive = await openArchive(words, { url, options, live }, log);
  keep(archive ?? live);
  const { source, admin, statistics } = archive ?? live;
  const openOne = async (grace?: number): Promise<LogSink> => {
    const sink = await openSink(url, { ...options, ...(grace !== undefined && { grace }) });
    return archive ? combinedSink(sink, archive.kept) : sink;
  };
  const sinks = keep(new Sinks({ source, metrics, open: () => openOne(comingBack) }));
  const pipelines = keep(await openPipelines(words, { url, options, openSink: () => openOne() }, log));
  const retention = keep(
    await openRetention(words, { source, admin, openLease: () => openLease(url, 'retention', options) }, log),
  );
  return {
    source,
    ...(admin && { admin }),
    ...(statistics && { statistics }),
    ...(pipelines && { runner: pipelines.runner }),
    routes: dialectRoutes,
    announce: () => retention.announce(),
    stores: { live: live.source, ...(archive && { archive: archive.kept }) },
    sinkFor: (execution, caller) => sinks.sinkFor(execution, caller),
  };
}

/** What runs pipelines, when there are any. */
async function openPipelines(
  words: Words,
  { url, options, openSink }: { url: string; options: OpenOptions; openSink: () => Promise<LogSink> },
  log: ServiceLog,
): Promise<({ readonly runner: PipelineRunner } & AsyncDisposable) | undefined> {
  const folder = words.text('pipelines');
  const most = words.count('max-runs');
  if (folder === undefined) {
    if (most !== undefined) throw usageError('--max-runs needs --pipelines: without it nothing is run.');
    return undefined;
  }
  const report = (said: string): void => {
    log({ level: 'warn', event: 'run', words: said });
  };
  const lease = await openLease(url, 'cron', options);
  const environment = withoutCredentials(process.env);
  const runner = await openPipelineRunner({
    ...{ folder: resolve(folder), openSink, lease, environment, report, ...(most !== undefined && { most }) },
  });
  return {
    runner,
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]();
      await lease[Symbol.asyncDispose]();
    },
  };
}

/** What the service knows to reach its store is no pipeline's business. */
function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const secret = new Set(
    ['TOKEN', 'USER', 'PASSWORD'].flatMap((name) => [`EXECLOGS_${name}`, `EXECLOGS_ARCHIVE_${name}`]),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secret.has(name)));
}

interface Live {
  readonly url: string;
  readonly options: OpenOptions;
  readonly live: Opened;
}

/** Both as one, and what moves executions from one to the other. */
interface Archived extends Opened {
  readonly kept: LogSource;
}

async function openArchive(words: Words, { url, options, live }: Live, log: ServiceLog): Promise<Archived | undefined> {
  const archiveUrl = words.text('archive');
  if (archiveUrl === undefined) return undefined;
  // What is moved is deleted where it was: it would be lost.
  if (samePlace(archiveUrl, url))
    throw usageError('--archive names the store itself, and what is moved there would be deleted. Name another store.');
  const its = told(await archiveOptions(words, archiveUrl), log);
  const archive = await openSource(archiveUrl, its);
  const archiveSink = await openSink(archiveUrl, its);
  const source = combined(live.source, archive.source);
  const admin = live.admin && archive.admin && combinedAdmin(live.admin, archive.admin);
  const statistics = live.statistics && archive.statistics && combinedStatistics(live.statistics, archive.statistics);
  const stop = new AbortController();
  const after = words.count('archive-after');
  const grace = after === undefined ? {} : { graceMs: after * 1_000 };
  const lease = await openLease(url, 'archive', options);
  const moving = live.admin
    ? startArchiving({
        ...(live.statistics && { statistics: live.statistics }),
        ...{ live: live.source, liveAdmin: live.admin, archive: archive.source, archiveSink, lease, ...grace },
        ...(archive.admin && { archiveAdmin: archive.admin }),
        signal: stop.signal,
        report: (what) => tellArchived(what, log),
      })
    : Promise.resolve();
  if (!live.admin)
    log({ level: 'warn', event: 'archive', words: 'nothing can be deleted in the store: nothing moves' });
  return {
    source,
    ...(admin && { admin }),
    ...(statistics && { statistics }),
    kept: archive.source,
    async [Symbol.asyncDispose]() {
      stop.abort(new LogError('closed', 'The service is stopping.'));
      await moving;
      for (const one of [lease, archiveSink, source]) await one[Symbol.asyncDispose]();
    },
  };
}

function tellArchived(what: ArchiveReport, log: ServiceLog): void {
  if ('moved' in what) {
    log({ level: 'info', event: 'archived', execution: what.moved, lines: what.lines, lost: what.lost });
    return;
  }
  const { failed, error } = what;
  log({ level: 'warn', event: 'not archived', execution: failed, error: error.code, words: error.message });
}

/** What a store has to say goes to the service's log. */
function told(options: OpenOptions, log: ServiceLog): OpenOptions {
  const tell = (event: string) => (said: string) => {
    log({ level: 'info', event, words: said });
  };
  return { ...options, notify: tell('notice'), trace: tell('connection') };
}
