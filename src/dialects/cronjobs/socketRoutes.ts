import { abortReason, anySignal } from '../../base/abort.ts';
import { LogError } from '../../model/errors.ts';
import { pathParam } from '../executor/call.ts';
import type { Conversation, Socket, SocketRoute } from '../http.ts';
import { findJob } from './jobRuns.ts';
import { readLineWish } from './params.ts';
import { followJob, followRun, newsTypes, type NewsType, type Subscription, type Tell } from './runNews.ts';

/** Document 001's streams of a job's lines, and of one run's. */
export const cronjobSockets: readonly SocketRoute[] = [
  {
    path: '/api/cronjobs/:job_id/logs/ws',
    needs: 'read',
    async begin(call, served) {
      const job = pathParam(call, 'job_id');
      await findJob(served, job, { signal: call.signal });
      const follow: Follow = (wish, tell, signal) => followJob(served, job, wish, tell, signal);
      return conversation(`job_${job}`, follow, call.signal);
    },
  },
  {
    path: '/api/job-runs/:run_id/logs/ws',
    needs: 'read',
    async begin(call, served) {
      const run = pathParam(call, 'run_id');
      await served.source.getExecution({ execution: run }, { signal: call.signal });
      const follow: Follow = (wish, tell, signal) => followRun(served, run, wish, tell, signal);
      return conversation(run, follow, call.signal);
    },
  },
];

type Follow = (wish: Subscription, tell: Tell, signal: AbortSignal) => Promise<void>;

function conversation(name: string, follow: Follow, signal: AbortSignal): Conversation {
  return (socket) => new Talk(name, follow, socket, signal).run();
}

/** One WebSocket: what it subscribes to replaces what it subscribed to before. */
class Talk {
  readonly #name: string;
  readonly #follow: Follow;
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  readonly #over = Promise.withResolvers<undefined>();
  #current: AbortController | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(name: string, follow: Follow, socket: Socket, signal: AbortSignal) {
    this.#name = name;
    this.#follow = follow;
    this.#socket = socket;
    this.#signal = signal;
  }

  /** Until the other side leaves, or all of a run is told. */
  async run(): Promise<void> {
    await this.#say('connected', { message: `Connected to the logs of ${this.#name}` });
    this.#over.promise.catch(() => undefined);
    try {
      await Promise.race([this.#listen(), this.#over.promise]);
    } finally {
      this.#current?.abort(new LogError('closed', 'The other side has left.'));
      await this.#following;
    }
  }

  async #listen(): Promise<void> {
    for await (const text of this.#socket.messages) {
      try {
        await this.#hear(text);
      } catch (error) {
        const { code, message } = LogError.from(error);
        if (code !== 'invalidRequest') throw error;
        await this.#say('error', { error: message, code });
      }
    }
  }

  async #hear(text: string): Promise<void> {
    const message = objectIn(text);
    switch (message['type']) {
      case 'ping':
        return this.#say('pong', { message: 'pong' });
      case 'subscribe':
        return this.#subscribe(subscriptionIn(message), message);
      default:
        throw invalid('A message has a "type": subscribe or ping');
    }
  }

  async #subscribe(wish: Subscription, { filters }: Message): Promise<void> {
    this.#current?.abort(new LogError('closed', 'Another subscription has replaced it.'));
    await this.#following;
    const own = new AbortController();
    this.#current = own;
    const subscription = { job_run_id: this.#name, types: wish.types, filters: filters ?? null };
    await this.#say('subscribed', { subscription });
    this.#following = this.#tellAll(wish, own.signal);
  }

  async #tellAll(wish: Subscription, replaced: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const joined = anySignal([replaced, this.#signal, ended.signal]);
    const { signal } = joined;
    const tell: Tell = async ({ type, run, data }) => {
      if (signal.aborted) throw abortReason(signal);
      await this.#say(type, data, run);
    };
    try {
      await this.#follow(wish, tell, signal);
      this.#over.resolve(undefined);
    } catch (error) {
      if (!replaced.aborted) this.#over.reject(error);
    } finally {
      // What one of them broke off is over for all that it followed.
      ended.abort(new LogError('closed', 'The subscription has ended.'));
      joined.dispose();
    }
  }

  async #say(type: string, data: object, run = this.#name): Promise<void> {
    const message = { type, job_run_id: run, timestamp: new Date().toISOString(), data };
    await this.#socket.send(JSON.stringify(message));
  }
}

type Message = Readonly<Record<string, unknown>>;

function objectIn(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('Invalid JSON message');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('A message is a JSON object');
  return { ...value };
}

function subscriptionIn({ types = ['log'], filters }: Message): Subscription {
  if (!Array.isArray(types) || types.length === 0) throw invalid(`"types" is a list of ${newsTypes.join(', ')}`);
  const wanted = types.map((type: unknown): NewsType => {
    const known = newsTypes.find((one) => one === type);
    if (!known) throw invalid(`"types" knows ${newsTypes.join(', ')}`);
    return known;
  });
  return { types: wanted, ...readLineWish(paramsIn(filters)) };
}

/** Filters are what the parameters of requests are; those that are null or empty say nothing. */
function paramsIn(filters: unknown): URLSearchParams {
  const params = new URLSearchParams();
  if (filters === undefined || filters === null) return params;
  if (typeof filters !== 'object' || Array.isArray(filters)) throw invalid('"filters" is an object');
  for (const [name, value] of Object.entries(filters as Message)) {
    if (value === null) continue;
    if (!['level', 'step', 'search'].includes(name)) throw invalid('"filters" may have level, step and search');
    if (typeof value !== 'string') throw invalid(`"${name}" in "filters" is a text`);
    params.set(name, value);
  }
  return params;
}

function invalid(what: string): LogError {
  return new LogError('invalidRequest', `${what}.`);
}
