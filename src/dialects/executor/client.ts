import { abortReason, unlessAborted } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import type { ConnectOptions, FoundSystem } from '../../model/connect.ts';
import type { Execution, ExecutionRef } from '../../model/execution.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionList, LogPage, StepResult } from '../../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../../model/query.ts';
import type { CallOptions, Capabilities, Change, LogAdmin, LogSource } from '../../model/source.ts';
import { Api } from '../api.ts';
import { NativeClient } from './nativeClient.ts';
import { paths } from './paths.ts';
import { Received } from './received.ts';

/** How long to wait for a server to say what it is, in milliseconds. */
const detection = 15_000;

/** What a service of ours can do as long as it has not said so. */
const assumed: Capabilities = {
  pointers: 'stable',
  seekByLine: true,
  seekByTime: true,
  totals: true,
  filters: true,
  wideScopes: true,
  watch: 'push',
  hosts: true,
  delete: false,
};

/**
 * Opens what speaks the API of document 000: a service of ours, or ops-jobs. Which of them it is, is asked now; a
 * server that cannot say so now is asked again by the next call. Throws invalidRequest for what is no address.
 */
export async function openExecutorSource(url: string, options: ConnectOptions = {}): Promise<LogSource & LogAdmin> {
  const source = new ExecutorSource(url, options);
  await source.detect().catch((error: unknown) => {
    options.trace?.(`It is not known yet what answers there: ${LogError.from(error).message}`);
  });
  return source;
}

type Client = LogSource & Partial<LogAdmin>;

/** Passes every call on to the client that fits the server, once that is known. */
class ExecutorSource implements LogSource, LogAdmin {
  readonly #options: ConnectOptions;
  readonly #api: Api;
  #client: Client | undefined;
  #detecting: Promise<Client> | undefined;

  constructor(url: string, options: ConnectOptions) {
    this.#options = options;
    this.#api = new Api(url, options);
  }

  get capabilities(): Capabilities {
    return this.#client?.capabilities ?? assumed;
  }

  async listExecutions(query: ExecutionQuery, options: CallOptions = {}): Promise<ExecutionList> {
    return (await this.detect(options)).listExecutions(query, options);
  }

  async getExecution(ref: ExecutionRef, options: CallOptions = {}): Promise<Execution> {
    return (await this.detect(options)).getExecution(ref, options);
  }

  async getStepResult(query: StepQuery, options: CallOptions = {}): Promise<StepResult> {
    return (await this.detect(options)).getStepResult(query, options);
  }

  async readLog(query: LogQuery, options: CallOptions = {}): Promise<LogPage> {
    return (await this.detect(options)).readLog(query, options);
  }

  tailLog(query: LogQuery, options: CallOptions = {}): AsyncIterable<LogPage> {
    return this.#client?.tailLog(query, options) ?? this.#later((it, signal) => it.tailLog(query, { signal }), options);
  }

  watch(query: WatchQuery, options: CallOptions = {}): AsyncIterable<Change> {
    return this.#client?.watch(query, options) ?? this.#later((it, signal) => it.watch(query, { signal }), options);
  }

  async deleteExecution(ref: ExecutionRef, options: CallOptions = {}): Promise<void> {
    const client = await this.detect(options);
    if (!client.deleteExecution) throw new LogError('invalidRequest', 'Nothing can be deleted through this server.');
    await client.deleteExecution(ref, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api.close();
    await this.#client?.[Symbol.asyncDispose]();
  }

  /** The client, found out by whoever asks first. */
  async detect({ signal }: CallOptions = {}): Promise<Client> {
    if (this.#client) return this.#client;
    this.#detecting ??= this.#detect().finally(() => {
      this.#detecting = undefined;
    });
    const detecting = this.#detecting;
    return this.#api.within(signal, (until) => unlessAborted(detecting, until));
  }

  async #detect(): Promise<Client> {
    const answer = await this.#ask();
    const capabilities = answer === undefined ? undefined : capabilitiesIn(answer);
    if (!capabilities) return this.#found({ name: 'ops-jobs' }, await this.#opsJobs());
    const { patience = 300_000 } = this.#options;
    const client = new NativeClient(this.#api, capabilities, { patience, silence: 10_000, polling: 2_000 });
    return this.#found({ name: 'Execution Logs', ...versionIn(answer) }, client);
  }

  async #found(system: FoundSystem, client: Client): Promise<Client> {
    if (this.#api.ended.aborted) {
      await client[Symbol.asyncDispose]();
      throw abortReason(this.#api.ended);
    }
    this.#client = client;
    this.#options.found?.(system);
    return client;
  }

  async #opsJobs(): Promise<Client> {
    const { openOpsJobs } = await import('./opsJobs/source.ts');
    return openOpsJobs(this.#api.base.href, this.#options);
  }

  /** What a service of ours says of itself; undefined when it is none. */
  async #ask(): Promise<unknown> {
    try {
      return await this.#api.json(paths.capabilities, { timeout: detection });
    } catch (error) {
      if (error instanceof LogError && (error.code === 'notFound' || error.code === 'invalidRequest')) return undefined;
      throw error;
    }
  }

  #later<T>(call: (client: Client, signal: AbortSignal) => AsyncIterable<T>, options: CallOptions): AsyncIterable<T> {
    const detect = (signal: AbortSignal): Promise<Client> => this.detect({ signal });
    return leavable(async function* (signal) {
      yield* call(await detect(signal), signal);
    }, options.signal);
  }
}

function capabilitiesIn(answer: unknown): Capabilities | undefined {
  const told = new Received(answer, 'The answer of the service', 'unavailable');
  if (told.value('product') !== 'execution-logs') return undefined;
  const can = told.object('capabilities');
  return {
    pointers: can.word('pointers', ['stable', 'session']),
    seekByLine: can.boolean('seekByLine'),
    seekByTime: can.boolean('seekByTime'),
    totals: can.boolean('totals'),
    filters: can.boolean('filters'),
    wideScopes: can.boolean('wideScopes'),
    watch: can.word('watch', ['push', 'poll']),
    hosts: can.boolean('hosts'),
    delete: can.boolean('delete'),
    ...(can.value('foreign') === true && { foreign: true }),
    ...(can.value('inferred') === true && { inferred: true }),
  };
}

function versionIn(answer: unknown): { version?: string } {
  const version = typeof answer === 'object' && answer !== null && 'version' in answer ? answer.version : undefined;
  return typeof version === 'string' ? { version: version.slice(0, 40) } : {};
}
