import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import type { NewLine } from '../../../../src/base/lineBatch.ts';
import type { Job, Runner } from '../../../../src/model/runner.ts';
import type { Status } from '../../../../src/model/status.ts';
import type { JobLine } from '../../../../src/dialects/cronjobs/jobLine.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { columns } from '../../../contract/recording.ts';
import { servedFrom, startService } from '../../../harness/service.ts';

export const day = Date.UTC(2026, 1, 20);

export interface ServedJobs extends AsyncDisposable {
  readonly store: MemoryStore;
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  post(path: string, body?: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Lines of an answer, their messages only. */
  messages(path: string): Promise<string[]>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  socket(path: string): Promise<Talk>;
}

/** A store in memory behind a service, with a runner that starts runs of the jobs that are named. */
export async function serveJobs(jobs: readonly Job[] = []): Promise<ServedJobs> {
  const store = new MemoryStore();
  const runner: Runner = {
    jobs: async () => jobs,
    start: async ({ job }) => {
      await begin(store, `${job}-run`, job);
      return { execution: `${job}-run` };
    },
  };
  const service = await startService({
    served: { ...servedFrom(store), statistics: store, ...(jobs.length > 0 && { runner }) },
    grace: 500,
  });
  const answerOf = async (answer: Response) => ({ status: answer.status, body: await answer.json() });
  return {
    store,
    get: async (path) => answerOf(await fetch(service.url + path)),
    post: async (path, body) =>
      answerOf(
        await fetch(service.url + path, {
          method: 'POST',
          ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
        }),
      ),
    async messages(path) {
      const { logs } = (await (await fetch(service.url + path)).json()) as { logs: JobLine[] };
      return logs.map(({ message }) => message);
    },
    fetch: (path, init) => fetch(service.url + path, init),
    socket: (path) => Talk.open(service.url.replace('http:', 'ws:') + path),
    async [Symbol.asyncDispose]() {
      await service.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

export interface Told {
  readonly type: string;
  readonly job_run_id: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a WebSocket is told, in order. */
export class Talk implements Disposable {
  readonly #client: WebSocket;
  readonly #told: Told[] = [];
  #wake: () => void = () => undefined;
  closed: { code: number; reason: string } | undefined;

  static async open(url: string, options: ClientOptions = {}): Promise<Talk> {
    const client = new WebSocket(url, options);
    const talk = new Talk(client);
    await once(client, 'open');
    return talk;
  }

  private constructor(client: WebSocket) {
    this.#client = client;
    client.on('message', (data: Buffer) => {
      this.#told.push(JSON.parse(data.toString()) as Told);
      this.#wake();
    });
    client.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  say(message: unknown): void {
    this.#client.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async next(): Promise<Told> {
    for (;;) {
      const told = this.#told.shift();
      if (told) return told;
      if (this.closed) throw new Error(`it was closed: ${JSON.stringify(this.closed)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The next messages of lines, their texts only; what else is told is passed over. */
  async lines(count: number): Promise<unknown[]> {
    const texts: unknown[] = [];
    while (texts.length < count) {
      const { type, data } = await this.next();
      if (type === 'log') texts.push(data['message']);
    }
    return texts;
  }

  [Symbol.dispose](): void {
    this.#client.terminate();
  }
}

/** A run with step `s`, "Step", on host `h`. */
export async function begin(store: MemoryStore, execution: string, job: string, startedAt = day): Promise<void> {
  await store.createExecution({ execution, name: `run of ${job}`, job, startedAt });
  const hosts = [{ id: 'h', name: 'h' }];
  await store.startStep({ execution, step: 's', name: 'Step', order: 1, status: 'running', hosts, at: startedAt });
}

export async function write(
  store: MemoryStore,
  execution: string,
  firstNumber: number,
  lines: readonly (NewLine | string)[],
  step = 's',
): Promise<void> {
  await store.append({ execution, step, host: 'h', firstNumber, lines: columns(lines) });
}

export async function finish(
  store: MemoryStore,
  execution: string,
  at = day + 10_000,
  status: Status = 'succeeded',
): Promise<void> {
  await store.finishExecution({ execution, status, at });
}

/** A run from its beginning to its end. */
export async function record(
  store: MemoryStore,
  execution: string,
  job: string,
  lines: readonly (NewLine | string)[],
  startedAt = day,
): Promise<void> {
  await begin(store, execution, job, startedAt);
  await write(store, execution, 1, lines);
  await finish(store, execution, startedAt + 10_000);
}
