import { fileURLToPath } from 'node:url';
import { redactUrl, splitUrl } from '../base/connectionUrl.ts';
import { processLease, type Lease } from '../base/lease.ts';
import type { ConnectOptions } from '../model/connect.ts';
import { LogError } from '../model/errors.ts';
import type { LogSink } from '../model/sink.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';
import { networkDriveNotice } from './home.ts';

/** An open connection. Whoever opened it disposes it, and with it the source. */
export interface Opened extends AsyncDisposable {
  readonly source: LogSource;
  readonly admin?: LogAdmin;
  /** Counts and metrics, where they are kept. */
  readonly statistics?: LogStatistics;
}

export interface OpenOptions extends ConnectOptions {
  /**
   * What is recorded is written by others, over this process: when it ends they have so many milliseconds to come
   * back over the next one before their executions count as interrupted.
   */
  readonly grace?: number;
  /** Is given what a person should know though it is no failure: a store on a network drive. */
  readonly notify?: (words: string) => void;
}

interface Backend {
  readonly openSource: (url: string, options: OpenOptions) => Promise<Opened>;
  readonly openSink?: (url: string, options: OpenOptions) => Promise<LogSink>;
  readonly openLease?: (url: string, name: string, options: OpenOptions) => Promise<Lease & AsyncDisposable>;
}

/** Services and ops-jobs. */
const executor: Backend = {
  async openSource(url, options) {
    const { openExecutorSource } = await import('../dialects/executor/client.ts');
    const source = await openExecutorSource(url, options);
    return opened(source, source, source);
  },
  async openSink(url, options) {
    const { openExecutorSink } = await import('../dialects/executor/sink.ts');
    return openExecutorSink(url, options);
  },
};

/** Jobs of a GAgent, or of a service, by their address: which of them it is makes no difference. */
const jobs: Backend = {
  async openSource(url, options) {
    const { openJobsSource } = await import('../dialects/jobs/client.ts');
    return opened(openJobsSource(url, options));
  },
};

/** Runs of cron jobs of a weaver, or of a service, by their address: which of them it is makes no difference. */
const cronJobs: Backend = {
  async openSource(url, options) {
    const { openCronJobs } = await import('../dialects/cronjobs/client/source.ts');
    return opened(openCronJobs(url, options));
  },
};

/** Whatever answers at an address is asked what it is; only services of ours can be recorded into. */
const detected: Backend = {
  ...executor,
  async openSource(url, options) {
    const { openDetectedSource } = await import('./detect.ts');
    const source = await openDetectedSource(url, options);
    return opened(source, source, source);
  },
};

/** A Redis by its address. */
const redis: Backend = {
  async openSource(url, options) {
    const { openRedisSource } = await import('./redis/open.ts');
    const { source, admin, statistics } = await openRedisSource(url, options);
    options.found?.({ name: 'Redis' });
    return opened(source, admin, statistics);
  },
  async openSink(url, options) {
    const { openRedisSink } = await import('./redis/open.ts');
    return openRedisSink(url, options);
  },
  async openLease(url, name, options) {
    const { openRedisLease } = await import('./redis/lease.ts');
    return openRedisLease(url, name, options);
  },
};

/** Backends by the scheme of their connections, one row each; a backend is loaded when it is first asked for. */
const backends: Readonly<Record<string, Backend>> = {
  sqlite: {
    async openSource(url, options) {
      const path = storePath(url, options);
      const { openLocalSource } = await import('./local/source.ts');
      const store = openLocalSource(path);
      return opened(store, store, store);
    },
    async openSink(url, options) {
      const path = storePath(url, options);
      const { openLocalSink } = await import('./local/sink.ts');
      return openLocalSink(path, options);
    },
    async openLease(url, name) {
      const { openLocalLease } = await import('./local/lease.ts');
      return undisposed(openLocalLease(storePath(url, {}), name));
    },
  },
  redis,
  rediss: redis,
  'executor+http': executor,
  'executor+https': executor,
  'jobs+http': jobs,
  'jobs+https': jobs,
  'cronjobs+http': cronJobs,
  'cronjobs+https': cronJobs,
  http: detected,
  https: detected,
  checkpoint: {
    async openSource(url) {
      const { openCheckpoints } = await import('./checkpoint/source.ts');
      return opened(openCheckpoints(folderOf(url)));
    },
  },
  'deployment-log': {
    async openSource(url, options) {
      const { openDeploymentLogs } = await import('./deploymentLog/source.ts');
      const source = openDeploymentLogs(url);
      options.found?.({ name: 'Deployment logs' });
      return opened(source);
    },
  },
  memory: {
    async openSource() {
      const { MemoryStore } = await import('./memory.ts');
      const store = new MemoryStore();
      return opened(store, store, store);
    },
  },
};

/** Opens a connection to browse. Throws invalidRequest for what is no connection, unavailable when it cannot be had. */
export async function openSource(url: string, options: OpenOptions = {}): Promise<Opened> {
  return backendOf(url).openSource(url, options);
}

/** Opens a connection to record into. Throws as `openSource`, and invalidRequest where nothing can be recorded. */
export async function openSink(url: string, options: OpenOptions = {}): Promise<LogSink> {
  const { openSink: open } = backendOf(url);
  if (!open)
    throw new LogError(
      'invalidRequest',
      `Nothing can be recorded into "${redactUrl(url)}". Record into sqlite:<path>, redis://… or a service; ` +
        '"execlogs run --deployment-log <folder>" keeps a deployment log besides.',
    );
  return open(url, options);
}

/** A lease among all who use the store of a connection; where stores keep none, among those of this process. */
export async function openLease(
  url: string,
  name: string,
  options: OpenOptions = {},
): Promise<Lease & AsyncDisposable> {
  const { openLease: open } = backendOf(url);
  return open ? open(url, name, options) : undisposed(processLease());
}

/** A lease that has nothing to let go of. */
function undisposed(lease: Lease): Lease & AsyncDisposable {
  return { ...lease, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Secrets never belong to a URL: it is kept in settings, shown, and logged. */
function refuseSecrets(url: string): void {
  if (!splitUrl(url).credentials) return;
  const words = `The URL ${redactUrl(url)} holds credentials, which would be seen wherever it is kept or shown. `;
  const remedy = 'Leave them out of it and give them by EXECLOGS_TOKEN, or EXECLOGS_USER and EXECLOGS_PASSWORD.';
  throw new LogError('invalidRequest', words + remedy);
}

function backendOf(url: string): Backend {
  refuseSecrets(url);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
  const backend = Object.hasOwn(backends, scheme) ? backends[scheme] : undefined;
  if (backend) return backend;
  const known = Object.keys(backends).join(', ');
  throw new LogError('invalidRequest', `"${redactUrl(url)}" is no connection. It begins with one of: ${known}.`);
}

/** The folder of `checkpoint:<folder>`; `checkpoint:///a/b` is `/a/b` too. */
function folderOf(url: string): string {
  const rest = url.slice(url.indexOf(':') + 1);
  return rest.startsWith('///') ? fileURLToPath(`file:${rest}`) : rest;
}

/** The path of `sqlite:<path>`; `sqlite:///a/b` is `/a/b` too. */
function storePath(url: string, { notify }: OpenOptions): string {
  const rest = url.slice(url.indexOf(':') + 1);
  const path = rest.startsWith('///') ? fileURLToPath(`file:${rest}`) : rest;
  if (path === '') throw new LogError('invalidRequest', `"${url}" names no file. Write sqlite:<path>.`);
  const notice = networkDriveNotice(path);
  if (notice) notify?.(notice);
  return path;
}

function opened(source: LogSource, admin?: LogAdmin, statistics?: LogStatistics): Opened {
  return {
    source,
    ...(admin && { admin }),
    ...(statistics && { statistics }),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}
