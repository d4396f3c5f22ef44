import { abortReason, unlessAborted } from '../base/abort.ts';
import { leavable } from '../base/leavable.ts';
import type { ConnectOptions, FoundSystem } from '../model/connect.ts';
import type { Execution, ExecutionRef } from '../model/execution.ts';
import { LogError } from '../model/errors.ts';
import type { ExecutionList, LogPage, StepResult } from '../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../model/query.ts';
import type { CallOptions, Capabilities, Change, LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics, Metric, Statistics, StatisticsQuery } from '../model/statistics.ts';
import { Api } from './api.ts';
import { redirectOf } from './send.ts';

/** How long to wait for a server to say what it is, in milliseconds. */
const longestAnswer = 15_000;

/** What a server can do as long as it has not said so: what a service of ours can. */
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

type Client = LogSource & Partial<LogAdmin & LogStatistics>;

/** What answers at an address, and a client that fits it. */
export interface Detected {
  readonly system: FoundSystem;
  readonly client: Client;
}

/** A system that may answer at an address. */
export interface Candidate {
  readonly name: string;
  /** What is written before the address to say that it is this. */
  readonly scheme: string;
  /**
   * Asks as little as tells it from the others; undefined when it is not there. Throws when the server cannot say so
   * now, or wants to know who asks before it says anything.
   */
  detect(api: Api, options: ConnectOptions, url: string): Promise<Detected | undefined>;
}

/**
 * Opens whichever of the candidates answers at an address; they are asked in their order, now. A server that cannot
 * say so now is asked again by the next call. Throws invalidRequest for what is no address.
 */
export async function openDetected(
  url: string,
  options: ConnectOptions,
  candidates: readonly Candidate[],
): Promise<LogSource & LogAdmin & LogStatistics> {
  const source = new DetectedSource(url, options, candidates);
  await source.detect().catch((error: unknown) => {
    options.trace?.(`It is not known yet what answers there: ${LogError.from(error).message}`);
  });
  return source;
}

/**
 * The answer of a path; undefined when there is none in JSON, or the refusal when it tells what is there. Throws when
 * that cannot be said now.
 */
export async function askWhetherThere(
  api: Api,
  path: string,
  query?: URLSearchParams,
  tells: (refusal: LogError) => boolean = () => false,
): Promise<unknown> {
  try {
    return await api.json(path, { timeout: longestAnswer, ...(query && { query }) });
  } catch (error) {
    const refusal = LogError.from(error);
    const { code, cause } = refusal;
    // Many servers answer whatever they do not know with a page for people.
    const isOther = code === 'notFound' || code === 'invalidRequest' || cause instanceof SyntaxError;
    if (!isOther || redirectOf(error) !== undefined) throw error;
    return tells(refusal) ? refusal : undefined;
  }
}

/** Passes every call on to the client that fits the server, once that is known. */
class DetectedSource implements LogSource, LogAdmin, LogStatistics {
  readonly #url: string;
  readonly #options: ConnectOptions;
  readonly #candidates: readonly Candidate[];
  readonly #api: Api;
  #client: Client | undefined;
  #detecting: Promise<Client> | undefined;

  constructor(url: string, options: ConnectOptions, candidates: readonly Candidate[]) {
    this.#url = url;
    this.#options = options;
    this.#candidates = candidates;
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

  async statistics(query: StatisticsQuery, options: CallOptions = {}): Promise<Statistics> {
    const client = await this.detect(options);
    if (!client.statistics) throw new LogError('invalidRequest', 'This server counts nothing.');
    return client.statistics(query, options);
  }

  async metrics(ref: ExecutionRef, options: CallOptions = {}): Promise<readonly Metric[]> {
    const client = await this.detect(options);
    if (!client.metrics) throw new LogError('invalidRequest', 'This server keeps no metrics.');
    return client.metrics(ref, options);
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
    // What was found is told here, once.
    const { found: _, ...options } = this.#options;
    for (const candidate of this.#candidates) {
      const detected = await candidate.detect(this.#api, options, this.#url);
      if (detected) return this.#found(detected);
    }
    throw this.#unknown();
  }

  async #found({ system, client }: Detected): Promise<Client> {
    if (this.#api.ended.aborted) {
      await client[Symbol.asyncDispose]();
      throw abortReason(this.#api.ended);
    }
    this.#client = client;
    this.#options.found?.(system);
    return client;
  }

  #unknown(): LogError {
    const { href } = this.#api.base;
    const names = this.#candidates.map(({ name }) => name).join(', ');
    const schemes = new Set(this.#candidates.map(({ scheme }) => `${scheme}+${href}`));
    const remedy = `Look whether the address is right; or say what it is: ${[...schemes].join(', ')}.`;
    return new LogError('invalidRequest', `Nothing that is known here answers at ${href} (tried: ${names}). ${remedy}`);
  }

  #later<T>(call: (client: Client, signal: AbortSignal) => AsyncIterable<T>, options: CallOptions): AsyncIterable<T> {
    const detect = (signal: AbortSignal): Promise<Client> => this.detect({ signal });
    return leavable(async function* (signal) {
      yield* call(await detect(signal), signal);
    }, options.signal);
  }
}
