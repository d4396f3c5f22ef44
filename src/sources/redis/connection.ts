import { rootCertificates, type ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import type { ConnectOptions, Credentials } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import { redisAddress, type RedisAddress } from './address.ts';
import { redisError } from './failures.ts';

export type Argument = string | number | Uint8Array;

/** A command with its arguments. */
export type Command = readonly [string, ...Argument[]];

/** What Redis answers, as bytes. */
export type Reply = Uint8Array | number | null | readonly Reply[];

/** After that long without an answer the connection counts as broken. */
const silenceMilliseconds = 20_000;
const connectMilliseconds = 5_000;
const longestPause = 5_000;
/** How long others may take to come back after Redis. */
const returnMilliseconds = 30_000;
/** Nobody who asks while Redis is down makes it be tried more often. */
const shortestPause = 200;

/** Opens a way to a Redis; it is connected when it is first used. Throws invalidRequest for what is no such URL. */
export async function openRedis(url: string, options: ConnectOptions = {}): Promise<RedisConnection> {
  const address = redisAddress(url);
  return new RedisConnection(address, serverOptions(address, await options.credentials?.get(), options), options.trace);
}

/**
 * One connection, or those of one cluster. Calls fail with `unavailable` while Redis is down, at once and in words;
 * it reconnects by itself and as soon as it is asked for something.
 */
export class RedisConnection implements AsyncDisposable {
  readonly address: RedisAddress;
  readonly #options: ServerOptions;
  readonly #trace: ((words: string) => void) | undefined;
  readonly #redis: Redis | Cluster;
  #connecting: Promise<void> | undefined;
  #failure: LogError | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #wasReady = false;
  #backAt = Number.NEGATIVE_INFINITY;

  constructor(address: RedisAddress, options: ServerOptions, trace?: (words: string) => void) {
    this.address = address;
    this.#options = options;
    this.#trace = trace;
    this.#redis = clientOf(address, options);
    this.#redis.on('error', (error: unknown) => this.#fails(error));
    this.#redis.on('ready', () => {
      // Also when it was down already before this could connect for the first time.
      if (this.#wasReady || this.#failedAt > 0) this.#backAt = performance.now();
      this.#wasReady = true;
      this.#failure = undefined;
      this.#trace?.(`connected to ${address.name}`);
    });
    // A connection that ends without an error was ended by the other side.
    this.#redis.on('close', () => {
      if (!this.#failure && !this.#closed) this.#fails(new Error('the connection was closed'));
    });
  }

  /** It was away and came back so lately that others may not be back yet. */
  get isJustBack(): boolean {
    return performance.now() - this.#backAt < returnMilliseconds;
  }

  /** Another connection to the same place, for reads that block. */
  another(): RedisConnection {
    return new RedisConnection(this.address, this.#options, this.#trace);
  }

  /** Throws what Redis or the way to it complains about, as a `LogError`. */
  async call(command: Command): Promise<Reply> {
    if (this.#redis.status !== 'ready') await this.#ready();
    const [name, ...args] = command;
    try {
      return (await this.#redis.callBuffer(name, args.map(sendable))) as Reply;
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** As `call`, for several commands in one go; where one fails there stands its error. */
  async tryAll(commands: readonly Command[]): Promise<readonly (Reply | LogError)[]> {
    if (this.#redis.status !== 'ready') await this.#ready();
    if (this.#redis instanceof Cluster || commands.length === 1) return this.#oneByOne(commands);
    const pipeline = this.#redis.pipeline();
    for (const [name, ...args] of commands) pipeline.callBuffer(name, args.map(sendable));
    const replies = await pipeline.exec().catch((error: unknown) => {
      throw this.#told(error);
    });
    return (replies ?? []).map(([error, reply]) => (error ? this.#told(error) : (reply as Reply)));
  }

  /** As `tryAll`; the first failure is thrown. */
  async all(commands: readonly Command[]): Promise<readonly Reply[]> {
    const replies = await this.tryAll(commands);
    return replies.map((reply) => {
      if (reply instanceof LogError) throw reply;
      return reply;
    });
  }

  /** What is under way fails with `closed`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#redis.disconnect();
  }

  /** Commands of one key may go to any node of a cluster, so each finds its way by itself. */
  #oneByOne(commands: readonly Command[]): Promise<readonly (Reply | LogError)[]> {
    return Promise.all(
      commands.map((command) => this.call(command).catch((error: unknown) => redisError(error, this.address.name))),
    );
  }

  async #ready(): Promise<void> {
    this.#check();
    const waits = performance.now() - this.#failedAt < shortestPause;
    if (this.#failure && waits && !this.#connecting) throw this.#failure;
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    await this.#connecting;
    this.#check();
  }

  async #connect(): Promise<void> {
    this.#failure = undefined;
    const settled = new Promise<void>((resolve) => {
      for (const event of ['ready', 'close', 'end']) this.#redis.once(event, resolve);
    });
    // Its failures come as events, with better words.
    if (!['connecting', 'connect'].includes(this.#redis.status)) this.#redis.connect().catch(() => undefined);
    await settled;
    if (this.#redis.status === 'ready') return;
    this.#check();
    throw this.#lastFailure();
  }

  #fails(error: unknown): void {
    if (this.#closed) return;
    const failure = redisError(lastNodeError(error), this.address.name);
    if (failure.message !== this.#failure?.message) this.#trace?.(failure.message);
    this.#failure = failure;
    this.#failedAt = performance.now();
  }

  #told(error: unknown): LogError {
    if (this.#closed) return closed(this.address);
    const isBreak = !(error instanceof Error && error.name === 'ReplyError');
    return isBreak && this.#failure ? this.#failure : redisError(error, this.address.name);
  }

  #lastFailure(): LogError {
    return this.#failure ?? redisError(new Error('the connection was closed'), this.address.name);
  }

  #check(): void {
    if (this.#closed) throw closed(this.address);
  }
}

/** The client takes bytes for text unless they are a Buffer. */
function sendable(argument: Argument): Buffer | string | number {
  if (!(argument instanceof Uint8Array)) return argument;
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength);
}

function closed({ name }: RedisAddress): LogError {
  return new LogError('closed', `The connection to ${name} is closed.`);
}

/** What every connection has in common, to one server or to the nodes of a cluster. */
type ServerOptions = ReturnType<typeof serverOptions>;

function serverOptions({ host, tls }: RedisAddress, credentials: Credentials | undefined, options: ConnectOptions) {
  const password = credentials?.password ?? credentials?.token;
  return {
    ...(credentials?.user !== undefined && password !== undefined && { username: credentials.user }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: tlsOf(host, options.tls) }),
    protocol: 2 as const,
    connectionName: 'execution-logs',
    disableClientInfo: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: connectMilliseconds,
    socketTimeout: silenceMilliseconds,
  };
}

/** Growing pauses, scattered so that many clients don't come back at once. */
function pauseAfter(attempts: number): number {
  return Math.min(longestPause, 100 * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
}

function tlsOf(host: string, { ca, allowSelfSigned }: NonNullable<ConnectOptions['tls']> = {}): ConnectionOptions {
  return {
    servername: host,
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
    ...(allowSelfSigned && { rejectUnauthorized: false }),
  };
}

function clientOf({ host, port, database, cluster }: RedisAddress, options: ServerOptions): Redis | Cluster {
  const own = { lazyConnect: true, enableOfflineQueue: false, enableReadyCheck: false };
  if (!cluster) return new Redis({ ...options, ...own, host, port, db: database, retryStrategy: pauseAfter });
  return new Cluster([{ host, port }], { ...own, clusterRetryStrategy: pauseAfter, redisOptions: options });
}

/** A cluster says only that all its nodes failed; what one of them said is of use. */
function lastNodeError(error: unknown): unknown {
  return error instanceof Error && 'lastNodeError' in error && error.lastNodeError ? error.lastNodeError : error;
}
