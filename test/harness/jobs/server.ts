import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { boardOf, briefOf, entryOf, isTerminal, payloadOf, type JobRow } from './job.ts';
import type { Generation } from './times.ts';

export interface JobsDoubleSettings {
  readonly generation?: Generation;
  /** Milliseconds of silence before a heartbeat; the real one takes 15,000. */
  readonly heartbeat?: number;
  /** Entries that are held of a job in memory. */
  readonly window?: number;
}

interface Subscriber {
  readonly job: JobRow;
  readonly response: ServerResponse;
  beat: NodeJS.Timeout | undefined;
}

/** A GAgent made from its recorded behaviour, over real sockets, with its faults. */
export class JobsDouble implements AsyncDisposable {
  readonly generation: Generation;
  readonly jobs = new Map<string, JobRow>();
  /** `GET` and what follows, of everything that was asked. */
  readonly requests: string[] = [];
  /** The session that a cookie must name, in H; nobody has to sign in without. */
  session: string | undefined;
  /** What is answered instead of a job, whole. */
  instead: ((response: ServerResponse, path: string) => boolean) | undefined;
  /** Runs between the look at a job and the listening to it: what is written there is in neither. */
  beforeListening: (() => void) | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #subscribers = new Set<Subscriber>();
  readonly #heartbeat: number;
  readonly #window: number;

  private constructor({ generation = 'H', heartbeat = 15_000, window = 400 }: JobsDoubleSettings) {
    this.generation = generation;
    this.#heartbeat = heartbeat;
    this.#window = window;
    this.#server = createServer((request, response) => this.#answer(request, response));
    // A test that keeps the machine busy is no reason to hang up on it.
    this.#server.keepAliveTimeout = 120_000;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(settings: JobsDoubleSettings = {}): Promise<JobsDouble> {
    const double = new JobsDouble(settings);
    double.#server.listen(0, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Streams that are open. */
  get listening(): number {
    return this.#subscribers.size;
  }

  /** Requests whose path matches, so far. */
  asked(path: RegExp): number {
    return this.requests.filter((request) => path.test(request)).length;
  }

  addJob(id: string, about: Partial<JobRow> = {}): JobRow {
    const row: JobRow = {
      ...{ id, type: 'plan_decompose', status: 'running', name: 'demo', owner: 'legacy-local' },
      ...{ createdAt: Date.UTC(2026, 10, 21, 1, 18, 56), finishedAt: undefined, entries: [], stats: {} },
      ...{ result: null, error: null, place: 'memory' },
      ...about,
    };
    this.jobs.set(id, row);
    return row;
  }

  /** Writes a line; times go on by a millisecond unless one is given. */
  log(job: JobRow, message: string, { level = 'info', time = NaN, metadata = {} } = {}): void {
    const at = Number.isNaN(time) ? job.createdAt + 1_000 + job.entries.length : time;
    const entry = { time: at, level, message, metadata };
    job.entries.push(entry);
    if (this.listening > 0) this.#publish(job, { event: entryOf(entry, this.generation, 'memory') });
  }

  /** A change of state or statistics; no line. */
  change(job: JobRow, changes: Partial<JobRow>): void {
    Object.assign(job, changes);
    if (isTerminal(job)) job.finishedAt ??= job.createdAt + 18_000;
    const { result, error } = job;
    this.#publish(job, { event: null, ...(result && { result }), ...(error !== null && { error }) });
  }

  /** Ten minutes after its end: what is in SQLite is all that there is. */
  archive(job: JobRow): void {
    job.place = 'sqlite';
  }

  /** Sends something to whoever listens, damaged or not. */
  push(text: string): void {
    for (const { response } of this.#subscribers) response.write(text);
  }

  /** Ends every stream as a server does that is restarted politely. */
  endStreams(): void {
    for (const { response } of this.#subscribers) response.end();
  }

  /** Breaks every connection, as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { beat } of this.#subscribers) clearInterval(beat);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const path = decodeURIComponent(url.pathname);
    this.requests.push(`${request.method ?? ''} ${path}${url.search}`);
    if (this.instead?.(response, path)) return;
    if (this.session !== undefined && request.headers.cookie !== `ga_session=${this.session}`) {
      send(response, 401, { detail: 'Authentication required.' });
      return;
    }
    if (path === '/jobs/board' && this.generation === 'H') {
      send(response, 200, boardOf([...this.jobs.values()], Number(url.searchParams.get('limit') ?? 50)));
      return;
    }
    const [, id = '', stream] = /^\/(?:jobs|tasks\/decompose\/jobs)\/(.+?)(\/stream)?$/.exec(path) ?? [];
    const job = this.jobs.get(id);
    if (!job) {
      fail(response, 404, 1002, 'Requested resource not found');
      return;
    }
    if (job.owner !== 'legacy-local') {
      fail(response, 403, 3001, 'job owner mismatch');
      return;
    }
    if (stream) this.#stream(job, response);
    else send(response, 200, payloadOf(job, this.generation, this.#window));
  }

  #stream(job: JobRow, response: ServerResponse): void {
    const snapshot = payloadOf(job, this.generation, this.#window);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    this.beforeListening?.();
    response.write(`data: ${JSON.stringify({ type: 'snapshot', job: snapshot })}\n\n`);
    // N says nothing more of a job that has ended, and does not close.
    if (job.place === 'sqlite' || (this.generation === 'H' && isTerminal(job))) return void response.end();
    const subscriber: Subscriber = { job, response, beat: undefined };
    this.#subscribers.add(subscriber);
    response.once('close', () => this.#forget(subscriber));
    this.#wait(subscriber);
  }

  #wait(subscriber: Subscriber): void {
    clearInterval(subscriber.beat);
    const { job, response } = subscriber;
    subscriber.beat = setInterval(() => {
      response.write(`data: ${JSON.stringify({ type: 'heartbeat', job: briefOf(job, this.generation) })}\n\n`);
      if (this.generation === 'H' && isTerminal(job)) response.end();
    }, this.#heartbeat);
  }

  #forget(subscriber: Subscriber): void {
    clearInterval(subscriber.beat);
    this.#subscribers.delete(subscriber);
  }

  #publish(job: JobRow, what: object): void {
    const { job_id, job_type, status, stats, metadata } = { job_type: undefined, ...briefOf(job, this.generation) };
    const head = { job_id, ...(job_type !== undefined && { job_type }), status };
    const text = `data: ${JSON.stringify({ ...head, stats, metadata, ...what, type: 'event' })}\n\n`;
    for (const subscriber of [...this.#subscribers].filter((one) => one.job === job)) {
      subscriber.response.write(text);
      if (isTerminal(job)) subscriber.response.end();
      else this.#wait(subscriber);
    }
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The envelope of every failure but the one of who is not signed in. */
export function fail(response: ServerResponse, status: number, code: number, message: string): void {
  const about = { category: 'business', severity: 'medium', timestamp: '2026-11-21T01:26:25.868830' };
  const error = { error_id: 'f73dc103', error_code: code, message, ...about, context: {}, suggestions: [] };
  send(response, status, { success: false, error });
}
