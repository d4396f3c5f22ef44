import { LogError } from '../../model/errors.ts';
import type { Pointer } from '../../model/pointer.ts';
import { pointer } from '../../model/pointer.ts';
import type { LogQuery, LogScope, Position } from '../../model/query.ts';
import type { LogSource } from '../../model/source.ts';
import { compileFilter } from '../../text/matcher.ts';
import type { HttpCall, HttpAnswer, Route } from '../http.ts';
import { pathParam } from './call.ts';
import { HostNames } from './hostNames.ts';
import { lineEvents } from './lineEvents.ts';
import { readLogQuery } from './logQueryParams.ts';
import { pageEvents } from './pageEvents.ts';
import { textParam, wordParam } from './params.ts';
import { eventStreamAnswer, eventText, type Part } from './sse.ts';
import { executionStatuses } from './statusEvents.ts';

/** What is asked of the source at a time: about what one event takes, as this much waits while a client stalls. */
const atOnce = { lines: 1_000, bytes: 65_536 } as const;
/** What a client may ask for at a time: the last page of a log may be longer than what follows it. */
const mostAtOnce = { lines: 4_000, bytes: 262_144 } as const;

const realtime = '/api/realtime/sse';

export const streamRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${realtime}/changes/`,
    needs: 'read',
    answer: (call, { source }) => changesAnswer(call, source),
  },
  executionStream('logs'),
  executionStream('status'),
  executionStream('combined'),
];

type Kind = 'logs' | 'status' | 'combined';

function executionStream(kind: Kind): Route {
  return {
    method: 'GET',
    path: `${realtime}/${kind}/:execution_id/`,
    needs: 'read',
    async answer(call, { source }) {
      const stream = new ExecutionStream(call, source, kind);
      await stream.check();
      return stream.answer();
    },
  };
}

class ExecutionStream {
  readonly #call: HttpCall;
  readonly #source: LogSource;
  readonly #kind: Kind;
  readonly #execution: string;
  readonly #query: LogQuery;
  /** Many lines to an event, instead of ops-jobs' one. */
  readonly #structured: boolean;
  #last: Pointer | undefined;

  constructor(call: HttpCall, source: LogSource, kind: Kind) {
    this.#call = call;
    this.#source = source;
    this.#kind = kind;
    this.#execution = pathParam(call, 'execution_id');
    this.#query = tailQuery(call, this.#execution);
    this.#structured = wordParam(call.query, 'format', ['events', 'lines']) === 'lines';
  }

  /** Looks at what is asked for while an answer can still say that it cannot be had. */
  async check(): Promise<void> {
    const { signal } = this.#call;
    if (this.#kind === 'status') {
      await this.#source.getExecution({ execution: this.#execution }, { signal });
      return;
    }
    const { filter, ...query } = this.#query;
    if (filter) compileFilter(filter);
    await this.#source.readLog({ ...query, limit: { lines: 1 }, withoutText: true }, { signal });
  }

  answer(): HttpAnswer {
    const logs = (signal: AbortSignal): AsyncGenerator<Part, void> => this.#logs(signal);
    const status = (signal: AbortSignal): AsyncGenerator<Part, void> => this.#status(signal);
    return eventStreamAnswer(
      {
        ...(!this.#structured && { opening: this.#opening() }),
        parts: { logs: [logs], status: [status], combined: [logs, status] }[this.#kind],
        beat: () => eventText(this.#name('heartbeat'), { type: 'heartbeat', timestamp: new Date().toISOString() }),
        end: () => eventText('end', { type: 'end', execution_id: this.#execution, pointer: this.#last }, this.#last),
      },
      this.#call.signal,
    );
  }

  async *#logs(signal: AbortSignal): AsyncGenerator<Part, void> {
    const names = this.#structured ? undefined : await this.#names(signal);
    for await (const page of this.#source.tailLog(this.#query, { signal })) {
      this.#last = page.newer;
      if (names) yield* lineEvents(page, this.#execution, names);
      else yield* pageEvents(page);
    }
  }

  async *#status(signal: AbortSignal): AsyncGenerator<Part, void> {
    for await (const status of executionStatuses(this.#source, this.#execution, signal))
      yield eventText(this.#name('status'), status);
  }

  async #names(signal: AbortSignal): Promise<HostNames> {
    const execution = await this.#source.getExecution({ execution: this.#execution }, { signal });
    return new HostNames(this.#source, execution, { signal });
  }

  #opening(): string {
    const { step, host } = this.#query;
    return eventText('message', {
      type: 'connection_established',
      message: `Connected to the ${this.#kind} stream of execution ${this.#execution}`,
      execution_id: this.#execution,
      filters: { host_id: host ?? null, step_id: step ?? null },
    });
  }

  /** ops-jobs calls every event "message" and says its type in the data. */
  #name(type: string): string {
    return this.#structured ? type : 'message';
  }
}

async function changesAnswer(call: HttpCall, source: LogSource): Promise<HttpAnswer> {
  const execution = textParam(call.query, 'execution');
  const step = textParam(call.query, 'step');
  if (execution !== undefined) await checkScope(source, execution, step, call.signal);
  const query = { ...(execution !== undefined && { execution }), ...(step !== undefined && { step }) };
  return eventStreamAnswer(
    {
      parts: [
        async function* (signal) {
          for await (const change of source.watch(query, { signal })) yield eventText('change', change);
        },
      ],
      beat: () => eventText('heartbeat', { type: 'heartbeat', timestamp: new Date().toISOString() }),
      end: () => eventText('end', { type: 'end' }),
    },
    call.signal,
  );
}

async function checkScope(
  source: LogSource,
  execution: string,
  step: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { steps } = await source.getExecution({ execution }, { signal });
  if (step !== undefined && !steps.some(({ id }) => id === step))
    throw new LogError('notFound', `Execution "${execution}" has no step "${step}".`);
}

/** Begins where the client lost the stream, else where it asks to, else at the log's start. */
function tailQuery(call: HttpCall, execution: string): LogQuery {
  const { query: params } = call;
  const step = textParam(params, 'step_id');
  const host = textParam(params, 'host_id');
  const scope: LogScope = { execution, ...(step !== undefined && { step }), ...(host !== undefined && { host }) };
  const { position, limit, ...query } = readLogQuery(scope, params);
  return {
    ...query,
    position: resumeAt(call) ?? (params.has('at') || params.has('pointer') ? beginAt(position) : { at: 'start' }),
    limit: {
      lines: Math.min(limit?.lines ?? atOnce.lines, mostAtOnce.lines),
      bytes: Math.min(limit?.bytes ?? atOnce.bytes, mostAtOnce.bytes),
    },
  };
}

function beginAt(position: Position): Position {
  if (position.at === 'start' || position.at === 'after' || position.at === 'end') return position;
  throw new LogError('invalidRequest', 'A stream begins at start, at end or after a pointer. Ask with "at" for one.');
}

/** `Last-Event-ID` is what the client saw last, later than what stood in the URL it began with. */
function resumeAt(call: HttpCall): Position | undefined {
  const id = utf8(call.header('last-event-id')) ?? textParam(call.query, 'last_id');
  if (id === undefined || id === '') return undefined;
  // ops-jobs' names for the beginning.
  return id === '0' || id === '0-0' ? { at: 'start' } : { at: 'after', pointer: pointer(id) };
}

/** Browsers send an id as UTF-8, and servers read headers as Latin-1. */
function utf8(header: string | undefined): string | undefined {
  if (header === undefined || !/[\x80-\xff]/.test(header)) return header;
  return new TextDecoder().decode(Uint8Array.from(header, (char) => char.charCodeAt(0)));
}
