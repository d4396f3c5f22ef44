import { delay } from '../../base/abort.ts';
import { checkColumns } from '../../base/appendRange.ts';
import { Backoff } from '../../base/backoff.ts';
import { sliceColumns } from '../../base/lineBatch.ts';
import type { ConnectOptions } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import type {
  Append,
  Ending,
  ExecutionEnd,
  HostEnd,
  HostRef,
  LogSink,
  NewExecution,
  NewMetric,
  StepRef,
  StepStart,
} from '../../model/sink.ts';
import { Api } from '../api.ts';
import { askedToWait } from '../httpErrors.ts';
import { Heartbeat } from './heartbeat.ts';
import { paths } from './paths.ts';
import { toWireLines } from './wire.ts';

/** What one request carries: enough that its own cost does not count, and little enough for any server to take. */
const pieceRoom = { lines: 20_000, bytes: 1_048_576 } as const;

/** A server that restarts is waited for so many times; longer troubles are its callers' to sit out. */
const attempts = 3;

/** Results of a run that go along with its end, in characters. */
const mostResults = 4 * 1_048_576;

/** How long one request may take, in milliseconds. */
const longestRequest = 60_000;

/** Opens a service of ours to record into. Nothing is sent yet. Throws invalidRequest for what is no address. */
export async function openExecutorSink(url: string, options: ConnectOptions = {}): Promise<LogSink> {
  return new ExecutorSink(new Api(url, options));
}

class ExecutorSink implements LogSink {
  readonly #api: Api;
  readonly #heartbeat: Heartbeat;

  constructor(api: Api) {
    this.#api = api;
    this.#heartbeat = new Heartbeat((execution) =>
      api.json(`${paths.execution(execution)}alive/`, { method: 'POST', timeout: 10_000 }),
    );
  }

  /** A service takes no copies: it would give their lines other pointers, and show them before they are whole. */
  async createExecution(execution: NewExecution): Promise<void> {
    if (execution.copy)
      throw new LogError('invalidRequest', 'Copies are not kept by a service. Archive into a store: sqlite:<path>.');
    await this.#post(paths.executions, execution);
    this.#heartbeat.begin(execution.execution);
  }

  async startStep(step: StepStart): Promise<void> {
    await this.#post(paths.steps(step.execution), step);
  }

  async startHost({ at, ...host }: HostRef & { readonly at: number }): Promise<void> {
    await this.#post(`${pathOf(host)}start/`, { at });
  }

  async append(batch: Append): Promise<void> {
    checkColumns(batch.lines);
    const path = `${pathOf(batch)}lines/`;
    for (const { from, to } of piecesOf(batch.lines)) {
      const lines = toWireLines(sliceColumns(batch.lines, from, to));
      if (batch.uncounted) await this.#once(path, lines);
      else await this.#post(path, lines, new URLSearchParams({ first: String(batch.firstNumber + from) }));
    }
  }

  async metric({ execution, ...metric }: NewMetric): Promise<void> {
    await this.#post(paths.metrics(execution), metric);
  }

  async finishHost({ execution, step, host, ...end }: HostEnd): Promise<void> {
    await this.#post(`${paths.host(execution, step, host)}finish/`, end);
  }

  async finishStep({ execution, step, ...end }: StepRef & Ending): Promise<void> {
    await this.#post(`${paths.step(execution, step)}finish/`, end);
  }

  async finishExecution({ execution, results = [], ...end }: ExecutionEnd): Promise<void> {
    // They were told live too: what no request can carry is not missed for it.
    const fits = results.length > 0 && JSON.stringify(results).length <= mostResults;
    await this.#post(`${paths.execution(execution)}finish/`, { ...end, ...(fits && { results }) });
    this.#heartbeat.end(execution);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#heartbeat.dispose();
    this.#api.close();
  }

  /** Everything is said by name and number: a request whose answer was lost is sent again and changes nothing. */
  async #post(path: string, body: unknown, query?: URLSearchParams): Promise<void> {
    const backoff = new Backoff({ first: 200, longest: 2_000 });
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#once(path, body, query);
        return;
      } catch (error) {
        const { code } = LogError.from(error);
        if (attempt === attempts || (code !== 'unavailable' && code !== 'throttled')) throw error;
        await delay(Math.max(backoff.next(), Math.min(2_000, askedToWait(error) ?? 0)), this.#api.ended);
      }
    }
  }

  async #once(path: string, body: unknown, query?: URLSearchParams): Promise<void> {
    await this.#api.json(path, { method: 'POST', body, timeout: longestRequest, ...(query && { query }) });
  }
}

function pathOf({ execution, step, host }: HostRef): string {
  return paths.host(execution, step, host);
}

/** Cuts a batch into pieces that each fit a request; a line that does not fit goes by itself. */
function piecesOf({ count, offsets }: LineColumns): { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  let from = 0;
  for (let to = 1; to < count; to++) {
    const bytes = (offsets[to + 1] ?? 0) - (offsets[from] ?? 0);
    if (to - from < pieceRoom.lines && bytes <= pieceRoom.bytes) continue;
    pieces.push({ from, to });
    from = to;
  }
  pieces.push({ from, to: count });
  return pieces;
}
