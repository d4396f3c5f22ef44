import type { Runner } from '../model/runner.ts';
import type { LogSink } from '../model/sink.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';

/** One request as routes see it, whatever server it came through. */
export interface HttpCall {
  readonly method: string;
  /** What stands for the `:names` of the route's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** Rejects with a `LogError` when it is cut short or larger than allowed. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the client has left and when the service stops; its reason is a `LogError` of code `closed` then. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is pulled as fast as its reader takes it, and left (`return`) when the reader has gone. */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** What a caller may do with what is served; checked before a route is entered. */
export type Permission = 'read' | 'write' | 'delete' | 'run';

/** What a route answers from: already narrowed to what the caller may see and do. */
export interface Served {
  readonly source: LogSource;
  /** Where executions are recorded, for one writer's execution; absent when nothing can be. `caller` counts who writes. */
  sinkFor?(execution: string, caller?: string): Promise<LogSink>;
  readonly admin?: LogAdmin;
  /** Counts and metrics, where the store keeps them. */
  readonly statistics?: LogStatistics;
  /** Starts pipelines; absent when nothing can be run. */
  readonly runner?: Runner;
}

/** One path of a dialect. Throws `LogError`s; the service turns them into the answers of its table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/api/executor/execution-records/:id/`. */
  readonly path: string;
  readonly needs: Permission;
  answer(call: HttpCall, served: Served): HttpAnswer | Promise<HttpAnswer>;
}

/** A WebSocket as routes see it, whatever server it came through. */
export interface Socket {
  /** Texts of the other side, in order; ends when it has left. What is not asked for is held back, and then its sender. */
  readonly messages: AsyncIterable<string>;
  /** Resolves when there is room for more. Throws a `LogError` of code `closed` when the other side has left. */
  send(text: string): Promise<void>;
}

/** Talks until it has nothing more to say; the socket is closed then. What it throws is told by how it is closed. */
export type Conversation = (socket: Socket) => Promise<void>;

/** One path of a dialect that is asked for as a WebSocket. */
export interface SocketRoute {
  readonly path: string;
  readonly needs: Permission;
  /** Throws `LogError`s while an answer can still say why there is no socket. */
  begin(call: HttpCall, served: Served): Conversation | Promise<Conversation>;
}

export function json(value: unknown, status = 200): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}
