import { unlessAborted } from '../base/abort.ts';
import type { Conversation, HttpAnswer, Route, Served, Socket, SocketRoute } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import { Access } from './access.ts';
import type { BodyLimits } from './body.ts';
import { BodyRoom } from './bodyRoom.ts';
import { Callers, type CallerRules } from './callers.ts';
import { counted } from './counted.ts';
import { conversed, type Closing } from './conversed.ts';
import { refusal } from './errorTable.ts';
import { failureAnswer } from './failureAnswer.ts';
import { Metrics } from './metrics.ts';
import { observed } from './observed.ts';
import type { HttpRequest } from './request.ts';
import { Routing } from './routing.ts';
import { ServiceCall, type Bodies } from './serviceCall.ts';
import type { ServiceLog } from './serviceLog.ts';
import type { Tokens } from './tokens.ts';

export interface HandlerOptions {
  readonly served: Served;
  readonly routes: readonly Route[];
  /** Paths that are asked for as WebSockets. */
  readonly sockets?: readonly SocketRoute[];
  /** Who may ask for what; without, everyone who can reach the service may do everything. */
  readonly tokens?: Tokens;
  readonly callers?: CallerRules;
  readonly limits?: BodyLimits;
  /** Requests a second that each caller may make; any number when absent. */
  readonly rate?: number;
  readonly log?: ServiceLog;
  readonly metrics?: Metrics;
}

/** Answers requests, whatever server they came through. Never rejects. */
export interface Handler {
  answer(request: HttpRequest): Promise<HttpAnswer>;
  /** Answers a request for a WebSocket. */
  upgrade(request: HttpRequest): Promise<Upgrade>;
}

/** Why there is no WebSocket, or what is to be done with it. */
export type Upgrade = { readonly answer: HttpAnswer } | { readonly converse: (socket: Socket) => Promise<Closing> };

export function createHandler(options: HandlerOptions): Handler {
  return new ServiceHandler(options);
}

/** What is known of a request as it is dealt with, for log and figures. */
interface Told {
  route?: { readonly method: string; readonly path: string };
  token?: string;
  origin?: string;
}

class ServiceHandler implements Handler {
  readonly #routing: Routing<Route>;
  readonly #sockets: Routing<SocketRoute & { readonly method: string }>;
  readonly #callers: Callers;
  readonly #access: Access;
  readonly #bodies: Bodies;
  readonly #log: ServiceLog;
  readonly #metrics: Metrics;

  constructor(options: HandlerOptions) {
    const { served, routes, sockets = [], tokens, callers = {}, limits = {}, rate, log, metrics } = options;
    this.#metrics = metrics ?? new Metrics();
    this.#routing = new Routing(routes);
    this.#sockets = new Routing(sockets.map((route) => ({ ...route, method: 'GET' })));
    this.#callers = new Callers(callers);
    this.#access = new Access(counted(served, this.#metrics), tokens, rate);
    this.#bodies = { limits, room: new BodyRoom(limits.together) };
    this.#log = log ?? (() => undefined);
  }

  async answer(request: HttpRequest): Promise<HttpAnswer> {
    const begun = performance.now();
    const told: Told = {};
    let answer: HttpAnswer;
    let failure: string | undefined;
    try {
      answer = await this.#answer(request, told);
    } catch (error) {
      ({ answer, failure } = failureAnswer(error, request, this.#log));
      if (answer.status === 405) answer = { ...answer, headers: { ...answer.headers, allow: this.#allowed(request) } };
    }
    const ends = (broke?: string): void => {
      this.#tell(request, told, { status: answer.status, begun, failure: broke ?? failure });
    };
    this.#metrics.answered(nameOf(told.route), answer.status, (performance.now() - begun) / 1_000);
    const { body } = answer;
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      ends();
      return finished(answer, told.origin);
    }
    return finished({ ...answer, body: observed(body, this.#metrics, this.#log, ends) }, told.origin);
  }

  async upgrade(request: HttpRequest): Promise<Upgrade> {
    const begun = performance.now();
    const told: Told = {};
    try {
      const conversation = await this.#begin(request, told);
      this.#metrics.answered(nameOf(told.route), 101, (performance.now() - begun) / 1_000);
      return {
        converse: async (socket) => {
          const { failure, ...closing } = await conversed(conversation, socket, this.#metrics, this.#log);
          this.#tell(request, told, { status: 101, begun, failure });
          return closing;
        },
      };
    } catch (error) {
      const { answer, failure } = failureAnswer(error, request, this.#log);
      this.#metrics.answered(nameOf(told.route), answer.status, (performance.now() - begun) / 1_000);
      this.#tell(request, told, { status: answer.status, begun, failure });
      return { answer: finished(answer, told.origin) };
    }
  }

  async #begin(request: HttpRequest, told: Told): Promise<Conversation> {
    this.#callers.check(request);
    if (request.header('upgrade')?.trim().toLowerCase() !== 'websocket')
      throw new LogError('invalidRequest', 'Only WebSockets are spoken besides HTTP. Leave the header Upgrade out.');
    const [path = '', ...query] = request.target.split('?');
    const { route, params } = this.#sockets.match('GET', path);
    told.route = route;
    const { served, token, ended } = this.#access.enter(authorizationOf(request), route);
    if (token !== undefined) told.token = token;
    const conversation = await route.begin(new ServiceCall(request, params, query.join('?'), this.#bodies), served);
    // One that is only listened to would not notice.
    return ended ? (socket) => unlessAborted(conversation(socket), ended) : conversation;
  }

  async #answer(request: HttpRequest, told: Told): Promise<HttpAnswer> {
    const origin = this.#callers.check(request);
    if (origin !== undefined) told.origin = origin;
    const { target } = request;
    const at = target.indexOf('?');
    const path = at < 0 ? target : target.slice(0, at);
    if (request.method === 'OPTIONS') return optionsOf(this.#allowed(request), origin);
    this.#refuseWithoutUpgrade(path);
    const { route, params } = this.#routing.match(request.method, path);
    told.route = route;
    const { served, token } = this.#access.enter(request.header('authorization'), route);
    if (token !== undefined) told.token = token;
    using call = new ServiceCall(request, params, at < 0 ? '' : target.slice(at + 1), this.#bodies);
    return await route.answer(call, route.needs === 'write' ? call.keepingAlive(served) : served);
  }

  /** Throws for a path that is for WebSockets only. */
  #refuseWithoutUpgrade(path: string): void {
    if (this.#routing.methodsOf(path).length > 0 || this.#sockets.methodsOf(path).length === 0) return;
    throw refusal(426, 'This path is a WebSocket. Ask for it with ws:// or wss://.');
  }

  /** The methods of the request's path; empty when there is nothing under it. */
  #allowed({ target }: HttpRequest): string {
    return this.#routing.methodsOf(target.split('?', 1)[0] ?? '').join(', ');
  }

  #tell(request: HttpRequest, told: Told, { status, begun, failure }: Ended): void {
    this.#log({
      level: status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info',
      event: 'request',
      method: /^[A-Z]{1,20}$/.test(request.method) ? request.method : '?',
      route: told.route?.path ?? 'none',
      status,
      ms: Math.round((performance.now() - begun) * 10) / 10,
      token: told.token,
      error: failure,
    });
  }
}

interface Ended {
  readonly status: number;
  readonly begun: number;
  readonly failure: string | undefined;
}

function nameOf(route: Told['route']): string {
  return route ? `${route.method} ${route.path}` : 'none';
}

/** Browsers cannot send headers with a WebSocket: there the token is a protocol, `bearer, <token>`. */
function authorizationOf(request: HttpRequest): string | undefined {
  const [scheme, token, ...more] = (request.header('sec-websocket-protocol') ?? '').split(',').map((one) => one.trim());
  const named = scheme?.toLowerCase() === 'bearer' && token !== undefined && more.length === 0;
  return request.header('authorization') ?? (named ? `Bearer ${token}` : undefined);
}

/** Headers that every answer carries: nothing is kept by anyone between, and nothing is taken for what it is not. */
function finished(answer: HttpAnswer, origin: string | undefined): HttpAnswer {
  const headers = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(origin !== undefined && { 'access-control-allow-origin': origin, vary: 'origin' }),
    ...answer.headers,
  };
  return { ...answer, headers };
}

function optionsOf(allow: string, origin: string | undefined): HttpAnswer {
  if (allow === '') throw new LogError('notFound', 'There is nothing under this path. See docs/http-api.md.');
  const preflight = origin !== undefined && {
    'access-control-allow-methods': allow,
    'access-control-allow-headers': 'authorization, content-type, last-event-id',
    'access-control-max-age': '600',
  };
  return { status: 204, headers: { allow, ...preflight } };
}
