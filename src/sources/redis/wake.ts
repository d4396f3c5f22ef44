import { setImmediate } from 'node:timers/promises';
import { delay } from '../../base/abort.ts';
import { concerns } from '../../base/changes.ts';
import type { Disposes } from '../../base/disposables.ts';
import { LogError } from '../../model/errors.ts';
import type { RedisConnection, Reply } from './connection.ts';
import { wakeOf, type Wake } from './wakeEntry.ts';

const blockMilliseconds = 5_000;
const entriesAtOnce = 1_000;
const shortestPause = 250;
const longestPause = 5_000;
/** How long it goes on listening for nobody: a tail that looks is back in no time. */
const lingerMilliseconds = 1_000;

/** Someone who waits for something in a scope, or in all executions. */
export interface Ear {
  readonly scope: { readonly execution?: string; readonly step?: string; readonly host?: string };
  /** Something in the scope changed; without a wake, anything may have. */
  hear(wake: Wake | undefined): void;
}

/**
 * Hears what is written anywhere in a deployment, by one blocking connection for all who wait. Listens only while
 * somebody does. What is told may be lost, so that everyone is also told to look every few seconds.
 */
export class WakeStream {
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #recheckMilliseconds: number;
  readonly #ears = new Set<Ear>();
  readonly #byExecution = new Map<string | undefined, Set<Ear>>();
  readonly #onRecheck: () => void;
  #listening: { readonly redis: RedisConnection; readonly heard: PromiseWithResolvers<undefined> } | undefined;
  #rechecking: NodeJS.Timeout | undefined;
  #leaving: NodeJS.Timeout | undefined;
  #broken: { readonly failure: LogError; readonly at: number } | undefined;

  /** `onRecheck` is called every few seconds while somebody listens. */
  constructor(
    redis: RedisConnection,
    key: string,
    recheckMilliseconds: number,
    onRecheck: () => void = () => undefined,
  ) {
    this.#redis = redis;
    this.#key = key;
    this.#recheckMilliseconds = recheckMilliseconds;
    this.#onRecheck = onRecheck;
  }

  /** Throws what keeps from listening, when it has done so for longer than `patience` milliseconds. */
  check(patience: number): void {
    const broken = this.#broken;
    if (broken?.failure.code !== 'unavailable') return;
    if (performance.now() - broken.at >= patience) throw broken.failure;
  }

  add(ear: Ear): Disposes {
    const { execution } = ear.scope;
    const ears = this.#byExecution.get(execution) ?? new Set();
    this.#byExecution.set(execution, ears.add(ear));
    this.#ears.add(ear);
    return {
      dispose: () => {
        this.#ears.delete(ear);
        ears.delete(ear);
        if (ears.size === 0) this.#byExecution.delete(execution);
        if (this.#ears.size === 0) this.#leaving ??= setTimeout(() => this.#leave(), lingerMilliseconds).unref();
      },
    };
  }

  /** Begins to listen when it does not; resolves when what is written from now on is heard, or cannot be for now. */
  async listen(): Promise<void> {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    this.#rechecking ??= setInterval(() => {
      this.#onRecheck();
      this.#tellAll();
    }, this.#recheckMilliseconds);
    if (!this.#listening) {
      this.#listening = { redis: this.#redis.another(), heard: Promise.withResolvers() };
      void this.#listen(this.#listening.redis, this.#listening.heard);
    }
    await this.#listening.heard.promise;
  }

  close(): void {
    clearTimeout(this.#leaving);
    this.#stop();
  }

  /** Tells those whom it concerns. */
  tell(wake: Wake): void {
    for (const execution of [wake.execution, undefined])
      for (const ear of this.#byExecution.get(execution) ?? [])
        if (concerns(wake, ear.scope) && isOfHost(wake, ear.scope)) ear.hear(wake);
  }

  #tellAll(): void {
    for (const ear of [...this.#ears]) ear.hear(undefined);
  }

  async #listen(redis: RedisConnection, heard: PromiseWithResolvers<undefined>): Promise<void> {
    let last: string | undefined;
    let isNew = true;
    for (let pause = shortestPause; this.#listening?.redis === redis;) {
      try {
        last ??= lastId(await redis.call(['XREVRANGE', this.#key, '+', '-', 'COUNT', 1]));
        this.#broken = undefined;
        heard.resolve(undefined);
        // What was written between a look and now was not heard.
        if (isNew) this.#tellAll();
        isNew = false;
        const args = ['COUNT', entriesAtOnce, 'BLOCK', blockMilliseconds, 'STREAMS', this.#key, last] as const;
        last = this.#tellOf(await redis.call(['XREAD', ...args])) ?? last;
        pause = shortestPause;
        // Those who were told go first: asking again takes longer than what they do.
        await setImmediate();
      } catch (error) {
        const failure = LogError.from(error);
        if (failure.code === 'closed') break;
        this.#broken ??= { failure, at: performance.now() };
        heard.resolve(undefined);
        // Whoever waits looks, and finds out by himself what is wrong.
        if (!isNew) this.#tellAll();
        isNew = true;
        await delay(pause);
        pause = Math.min(longestPause, pause * 2);
      }
    }
    heard.resolve(undefined);
  }

  /** Tells what `XREAD` answered; the id of the last entry. */
  #tellOf(reply: Reply): string | undefined {
    const [stream] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
    const entries = Array.isArray(stream) ? (stream as readonly Reply[])[1] : undefined;
    if (!Array.isArray(entries)) return undefined;
    for (const entry of entries as readonly (readonly Reply[])[]) {
      const wake = wakeOf(entry[1] as readonly Reply[]);
      if (wake) this.tell(wake);
    }
    return idOf((entries as readonly (readonly Reply[])[]).at(-1)?.[0]);
  }

  #leave(): void {
    this.#leaving = undefined;
    if (this.#ears.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#rechecking);
    this.#rechecking = undefined;
    const listening = this.#listening;
    this.#listening = undefined;
    void listening?.redis[Symbol.asyncDispose]();
  }
}

/** What befalls another host of the step is none of a host's. */
function isOfHost(wake: Wake, { host }: Ear['scope']): boolean {
  return host === undefined || wake.host === undefined || wake.host === host;
}

function lastId(reply: Reply): string {
  const entry = Array.isArray(reply) ? (reply[0] as Reply | undefined) : undefined;
  return (Array.isArray(entry) ? idOf(entry[0] as Reply) : undefined) ?? '0-0';
}

function idOf(reply: Reply | undefined): string | undefined {
  return reply instanceof Uint8Array ? new TextDecoder().decode(reply) : undefined;
}
