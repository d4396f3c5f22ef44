import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Accounts, bare, enveloped, refused, type Answer } from './accounts.ts';
import { serveEvents } from './events.ts';
import { hostHistory, hostText, wholeContent, wholeHistory } from './histories.ts';
import { detailContent, isoTime, listAnswer, stepContent, type ExecutionRow, type StepRow } from './records.ts';
import { RedisStream } from './redisStream.ts';

export interface DoubleSettings {
  /** Milliseconds of silence before a heartbeat; the real one takes 2,000. */
  readonly heartbeat?: number;
  /** Requests an hour, streams aside. */
  readonly throttle?: number;
}

const firstExecution = 7_312_045_881_104_039_000n;

/** An ops-jobs made from its recorded behaviour, over real sockets, with its faults. */
export class OpsJobsDouble implements AsyncDisposable {
  readonly accounts = new Accounts();
  readonly logs = new RedisStream();
  readonly results = new RedisStream();
  readonly executions: ExecutionRow[] = [];
  /** `GET` and what follows, of everything that was asked. */
  readonly requests: string[] = [];
  /** What its own records show; streams answer 403 for these without a word why. */
  readonly forbidden = new Set<number>();
  /** Leaves the envelope out, as other versions do. */
  bareBodies = false;
  /** What the text of a host's log is called; the document says `logContent`. */
  textKey = 'log_context';
  /** Streams are refused. */
  streamless = false;
  throttle: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #heartbeat: number;
  #counted = 0;

  private constructor({ heartbeat = 2_000, throttle = 1_000_000 }: DoubleSettings) {
    this.#heartbeat = heartbeat;
    this.throttle = throttle;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(settings: DoubleSettings = {}): Promise<OpsJobsDouble> {
    const double = new OpsJobsDouble(settings);
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

  addExecution(about: Partial<ExecutionRow> = {}): ExecutionRow {
    const id = this.executions.length + 1;
    const row: ExecutionRow = {
      ...{ id, executionId: String(firstExecution + BigInt(id)), name: 'deploy', user: 'ann', isLatest: true },
      ...{ createdAt: Date.now(), status: 'running', message: '', finishedAt: undefined, steps: [] },
      ...about,
    };
    this.executions.push(row);
    return row;
  }

  addStep(
    execution: ExecutionRow,
    name: string,
    hosts: readonly string[],
    order = execution.steps.length + 1,
  ): StepRow {
    const id = execution.id * 1_000 + execution.steps.length + 1;
    const step: StepRow = {
      ...{ id, name, order, status: 'running', startedAt: Date.now(), finishedAt: undefined },
      hosts: hosts.map((host) => ({ host_id: host, host_name: `name of ${host}`, host_ip: '', status: 'running' })),
    };
    execution.steps.push(step);
    return step;
  }

  /** A line as the engine itself pushes it. */
  pushLine(
    execution: ExecutionRow,
    step: StepRow,
    host: string,
    content: string,
    { time, type = 'stdout' }: { time?: number; type?: string } = {},
  ): string {
    return this.logs.add({
      ...{ timestamp: isoTime(time ?? Date.now()) ?? '', execution_id: execution.executionId, host_id: host },
      ...{ host_name: `name of ${host}`, host_ip: '10.0.0.1', log_type: type, content, step_name: step.name },
      ...{ step_order: String(step.order), step_id: String(step.id), agent_id: '3', received_at: `${Date.now()}.25` },
    });
  }

  /** A line as an agent sends it: it names its task, and no step. */
  pushAgentLine(
    execution: ExecutionRow,
    step: StepRow,
    host: string,
    content: string,
    stream = 'stdout',
    seconds = Math.floor(Date.now() / 1_000),
  ): string {
    return this.logs.add({
      ...{ task_id: `${execution.executionId}_${step.id}_${host}_q7x`, agent_id: '3', content, stream, level: 'info' },
      ...{ timestamp: String(seconds), host_id: host, execution_id: execution.executionId },
    });
  }

  /** Lines of executions that nobody here looks at. */
  pushForeign(count: number): void {
    for (let i = 0; i < count; i++) this.logs.add({ execution_id: '42', host_id: '1', content: `foreign ${i}` });
  }

  pushResult(execution: Pick<ExecutionRow, 'executionId'>, progress: string): string {
    const counts = { total_hosts: '1', success_hosts: '1', failed_hosts: '0', running_hosts: '0', pending_hosts: '0' };
    return this.results.add({
      execution_id: execution.executionId,
      progress,
      ...counts,
      received_at: String(Date.now()),
    });
  }

  finish(execution: ExecutionRow, status: string): void {
    Object.assign(execution, { status, finishedAt: Date.now() });
  }

  /** Breaks every connection, as a network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    const stream = /^\/api\/realtime\/sse\/(logs|status|combined)\/(\d+)\/$/.exec(url.pathname);
    if (stream) return this.#stream(request, response, stream[1] as 'logs', stream[2] ?? '', url.searchParams);
    if (!url.pathname.endsWith('/'))
      return void response.writeHead(301, { location: `${url.pathname}/${url.search}` }).end();
    const { status, body, headers } = await this.#route(request, url);
    const isHtml = typeof body === 'string';
    const type = isHtml ? 'text/html; charset=utf-8' : 'application/json';
    response
      .writeHead(status, { 'content-type': type, ...headers })
      .end(isHtml ? body : JSON.stringify(this.#dressed(body)));
  }

  #dressed(body: unknown): unknown {
    const { content } = body as { content?: unknown };
    return this.bareBodies && content !== undefined ? content : body;
  }

  /** Plain text is all that a refused stream gets. */
  #stream(
    request: IncomingMessage,
    response: ServerResponse,
    view: 'logs',
    id: string,
    query: URLSearchParams,
  ): Promise<void> {
    const refuse = async (status: number, words: string) =>
      void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(words);
    if (!this.accounts.knows(request.headers.authorization)) return refuse(401, 'Unauthorized');
    const execution = this.executions.find(({ executionId }) => executionId === id);
    if (!execution || this.forbidden.has(execution.id) || this.streamless) return refuse(403, 'Forbidden');
    const settings = { logs: this.logs, results: this.results, heartbeat: this.#heartbeat };
    return serveEvents(response, settings, view, id, query);
  }

  async #route(request: IncomingMessage, url: URL): Promise<Answer> {
    const path = url.pathname;
    if (request.method === 'POST') {
      const body = JSON.parse(Buffer.concat(await Array.fromAsync<Buffer>(request)).toString()) as Record<
        string,
        unknown
      >;
      if (path === '/api/auth/login/') return this.accounts.login(body);
      if (path === '/api/auth/refresh/') return this.accounts.refresh(body);
    }
    if (!this.accounts.knows(request.headers.authorization))
      return request.headers.authorization === undefined
        ? bare(401, '身份认证信息未提供。')
        : bare(401, '此令牌对任何类型的令牌无效', {
            code: 'token_not_valid',
            messages: [{ token_class: 'AccessToken' }],
          });
    if (++this.#counted > this.throttle)
      return bare(429, '请求超过了限速。 1800 秒之后可以继续。', {}, { 'retry-after': '1800' });
    const parts = /^\/api\/executor\/execution-records\/(?:([^/.]+)\/(.*))?$/.exec(path);
    if (!parts) return { status: 404, body: '<h1>Not Found</h1>' };
    if (parts[1] === undefined) return listAnswer(this.executions, url.searchParams);
    const execution = this.executions.find(({ id }) => String(id) === parts[1]);
    if (!execution) return bare(404, '未找到。');
    if (this.forbidden.has(execution.id)) return forbidden(execution, path);
    return this.#below(execution, parts[2] ?? '', url.searchParams);
  }

  #below(execution: ExecutionRow, path: string, query: URLSearchParams): Answer {
    if (path === '') return enveloped(detailContent(execution), '执行记录详情获取成功');
    const limit = /^-?\d+$/.test(query.get('limit') ?? '') ? Number(query.get('limit')) : 500;
    const pointer = query.get('pointer') ?? '';
    if (path === 'logs/') {
      if (pointer === '') return refused('缺少日志指针，无法回源');
      const found = wholeHistory(this.logs, pointer, limit);
      return found.length === 0 ? refused('未找到日志') : enveloped(wholeContent(found, pointer), '历史日志获取成功');
    }
    const [, stepId = '', , host, what] = /^steps\/([^/.]+)\/(hosts\/([^/.]+)\/)?(result|logs)\/$/.exec(path) ?? [];
    if (stepId === '') return { status: 404, body: '<h1>Not Found</h1>' };
    if (!/^\d+$/.test(stepId)) return { status: 500, body: '<h1>Server Error (500)</h1>' };
    const step = execution.steps.find(({ id }) => String(id) === stepId);
    if (!step) return refused('步骤不存在');
    if (what === 'result') return enveloped(stepContent(step), '步骤结果获取成功');
    const { logs, next } =
      pointer === ''
        ? { logs: [], next: null }
        : hostHistory(this.logs, pointer, limit, step, decodeURIComponent(host ?? ''));
    return enveloped({ [this.textKey]: hostText(logs), finished: true, next_pointer: next }, '日志获取成功');
  }
}

function forbidden({ id, name }: ExecutionRow, path: string): Answer {
  const resource = { resource_type: 'executionrecord', resource_id: id, resource_name: name, action: 'retrieve' };
  const content = {
    ...resource,
    required_permissions: ['executor.view_executionrecord'],
    reason: 'no',
    path,
    method: 'GET',
  };
  return { status: 403, body: { code: 403, message: '权限不足', success: false, content } };
}
