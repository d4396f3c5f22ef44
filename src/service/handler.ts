import type { HttpAnswer, HttpCall, Route, Served } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import { errorBody, statusOf } from './errorTable.ts';
import type { HttpRequest } from './request.ts';
import { Routing, type Matched } from './routing.ts';

export interface HandlerOptions {
  readonly served: Served;
  readonly routes: readonly Route[];
}

/** Answers requests, whatever server they came through. Never rejects. */
export interface Handler {
  answer(request: HttpRequest): Promise<HttpAnswer>;
}

export function createHandler({ served, routes }: HandlerOptions): Handler {
  const routing = new Routing(routes);
  return {
    async answer(request) {
      try {
        const at = request.target.indexOf('?');
        const path = at < 0 ? request.target : request.target.slice(0, at);
        const matched = routing.match(request.method, path);
        return await matched.route.answer(callOf(request, matched), served);
      } catch (error) {
        return errorAnswer(LogError.from(error));
      }
    },
  };
}

function callOf(request: HttpRequest, { params }: Matched): HttpCall {
  const at = request.target.indexOf('?');
  return {
    method: request.method,
    params,
    query: new URLSearchParams(at < 0 ? '' : request.target.slice(at + 1)),
    header: (name) => request.header(name),
    body: request.body,
    signal: request.signal,
  };
}

function errorAnswer(error: LogError): HttpAnswer {
  return {
    status: statusOf(error),
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: errorBody(error.code, error.message),
  };
}
