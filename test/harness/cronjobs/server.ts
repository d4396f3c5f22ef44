import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { CronTables, type LogRow } from './tables.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A weaver made from its recorded and published behaviour, over real sockets, with its faults. */
export class CronJobsDouble implements AsyncDisposable {
  readonly tables = new CronTables();
  /** `GET` and what follows, of everything that was asked. */
  readonly requests: string[] = [];
  /** Milliseconds that it wants between two polls. */
  pollInterval: number | undefined = 2_000;
  /** Paths that this version does not have. */
  readonly missing: RegExp[] = [];
  /** Answers so instead while it is set. */
  instead: ((path: string) => Answer | undefined) | undefined;
  /** A service of ours: its streams work. */
  streams = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(): Promise<CronJobsDouble> {
    const double = new CronJobsDouble();
    double.#server.listen(0, '127.0.0.1');
    await once(double.#server, 'listening');
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests whose path matches, so far. */
  asked(path: RegExp): number {
    return this.requests.filter((request) => path.test(request)).length;
  }

  /** Is out of reach from here on. */
  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double');
    this.requests.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    const stream = /^\/api\/job-runs\/([^/]+)\/logs\/stream$/.exec(url.pathname);
    if (stream && !this.missing.some((path) => path.test(url.pathname)))
      return this.#stream(response, decodeURIComponent(stream[1] ?? ''));
    if (url.pathname === '/api/cronjobs')
      return void response.writeHead(307, { location: `/api/cronjobs/${url.search}` }).end();
    const { status, body } = this.instead?.(url.pathname) ?? this.#route(url);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }

  /** Its first line breaks it: a time is nothing that it can put into words. */
  async #stream(response: ServerResponse, run: string): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    for (let told = this.tables.logs.length; !gone.signal.aborted;) {
      const { mark } = this.tables.news;
      for (; told < this.tables.logs.length; told++) {
        const row = this.tables.logs[told];
        if (row?.run !== run) continue;
        if (!this.streams)
          return void response.end('data: {"error": "Object of type datetime is not JSON serializable"}\n\n');
        response.write(`id: ${told}\ndata: ${JSON.stringify(this.tables.logAnswer(row))}\n\n`);
      }
      await this.tables.news.since(mark, gone.signal).catch(() => undefined);
    }
    response.end();
  }

  #route(url: URL): Answer {
    const { pathname, searchParams: query } = url;
    if (this.missing.some((path) => path.test(pathname))) return { status: 404, body: { detail: 'Not Found' } };
    const parts = pathname.split('/').slice(1).map(decodeURIComponent);
    const [, kind, id = '', ...rest] = parts;
    const path = rest.join('/');
    if (kind === 'job-runs' && path === 'logs') return this.#runLogs(id, query);
    if (kind !== 'cronjobs') return { status: 404, body: { detail: 'Not Found' } };
    if (id === '' && path === '') return this.#listed(this.tables.jobs, query, 100);
    if (id === 'history' && path === 'runs')
      return this.#listed(this.tables.runsOf(query.get('job_id_filter'), query.get('status_filter')), query, 100);
    if (id === 'runs' && path !== 'runs' && rest.length === 1)
      return this.#found(this.tables.run(path), 'JobRun', path);
    if (path === '')
      return this.#found(
        this.tables.jobs.find((job) => job.id === id),
        'Job',
        id,
      );
    if (path === 'runs') {
      if (!this.tables.jobs.some((job) => job.id === id)) return notFound('Job', id);
      return this.#listed(this.tables.runsOf(id, query.get('status_filter')), query, 50);
    }
    // Whose job it is makes no difference: all that were ever written are answered with.
    if (path === 'logs') return this.#search(query);
    if (path === 'logs/realtime') return this.#realtime(query);
    return { status: 404, body: { detail: 'Not Found' } };
  }

  #listed(rows: readonly unknown[], query: URLSearchParams, otherwise: number): Answer {
    const skip = Number(query.get('skip') ?? 0);
    return { status: 200, body: rows.slice(skip, skip + Number(query.get('limit') ?? otherwise)) };
  }

  #found(row: unknown, what: string, id: string): Answer {
    return row === undefined ? notFound(what, id) : { status: 200, body: row };
  }

  #runLogs(run: string, query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 100);
    if (!(limit >= 1 && limit <= 1_000)) return invalid('limit', 'Input should be less than or equal to 1000');
    const offset = Number(query.get('offset') ?? 0);
    const logs = this.tables
      .logsOf(run)
      .page(offset, limit)
      .map((row) => this.tables.logAnswer(row));
    return { status: 200, body: { job_run_id: run, logs, total: logs.length, limit, offset } };
  }

  #search(query: URLSearchParams): Answer {
    const level = query.get('level');
    if (level !== null && !['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].includes(level))
      return { status: 500, body: { error: `'${level}' is not a valid LogLevel`, error_type: 'HTTPException' } };
    const limit = Number(query.get('limit') ?? 100);
    if (!(limit >= 1 && limit <= 1_000)) return invalid('limit', 'Input should be less than or equal to 1000');
    const skip = Number(query.get('skip') ?? 0);
    const found = this.tables.all.page(skip, limit);
    const total = this.tables.logs.length;
    return {
      status: 200,
      body: { ...this.#page(found), total, skip, limit, has_more: skip + found.length < total, search_time_ms: 3 },
    };
  }

  #realtime(query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 50);
    if (!(limit >= 1 && limit <= 200)) return invalid('limit', 'Input should be less than or equal to 200');
    const since = query.get('since_timestamp');
    const later = this.tables.all.since(since ?? '');
    const logs = later.slice(0, limit);
    const rest = { last_log_id: logs[0]?.id ?? null, has_more: later.length > limit, poll_interval: this.pollInterval };
    return { status: 200, body: { job_run_id: '', ...this.#page(logs), ...rest } };
  }

  #page(rows: readonly LogRow[]) {
    return { logs: rows.map((row) => this.tables.logAnswer(row)) };
  }
}

function notFound(what: string, id: string): Answer {
  return { status: 404, body: { error: `${what} ${id} not found`, error_type: 'HTTPException' } };
}

function invalid(parameter: string, msg: string): Answer {
  return { status: 422, body: { detail: [{ type: 'less_than_equal', loc: ['query', parameter], msg, input: '?' }] } };
}
