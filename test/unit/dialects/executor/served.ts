import { executorRoutes } from '../../../../src/dialects/executor/routes.ts';
import { createHandler } from '../../../../src/service/handler.ts';
import { listen } from '../../../../src/service/node.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import type { LogSource } from '../../../../src/model/source.ts';
import type { HostRef } from '../../../../src/model/sink.ts';
import { columns } from '../../../contract/recording.ts';

/** A store in memory, served on a real socket. */
export interface ServedStore extends AsyncDisposable {
  readonly store: MemoryStore;
  readonly url: string;
  /** The answer to `GET path`, as JSON. */
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  send(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

export const day = Date.UTC(2026, 1, 20);
export const alpha: HostRef = { execution: '12', step: '1', host: '7' };
export const hostLog = '/api/executor/execution-records/12/steps/1/hosts/7/logs/';

export async function serveStore(wrap: (store: MemoryStore) => LogSource = (store) => store): Promise<ServedStore> {
  const store = new MemoryStore();
  const served = { source: wrap(store), admin: store, statistics: store, sinkFor: async () => store };
  const server = await listen(createHandler({ served, routes: executorRoutes }), { port: 0, grace: 100 });
  const answerOf = async (answer: Response) => {
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  return {
    store,
    url: server.url,
    get: async (path) => answerOf(await fetch(server.url + path)),
    async send(path, body) {
      const json = body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      };
      return answerOf(await fetch(server.url + path, { method: 'POST', ...json }));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Execution 12 with step 1, "初始化", on host 7; it runs. */
export async function begin(store: MemoryStore): Promise<void> {
  await store.createExecution({ execution: '12', name: 'deploy', user: 'ann', startedAt: day });
  await store.startStep({
    execution: '12',
    step: '1',
    name: '初始化',
    order: 1,
    status: 'running',
    hosts: [{ id: '7', name: 'node-1', address: '1.1.1.1' }],
    at: day,
  });
  await store.startHost({ ...alpha, at: day });
}

/** Lines `from` to `to` of host 7, a second apart. */
export async function append(store: MemoryStore, from: number, to: number, ref = alpha): Promise<void> {
  const lines = Array.from({ length: to - from + 1 }, (_, i) => ({
    text: `line ${from + i}`,
    time: day + (from + i) * 1_000,
  }));
  await store.append({ ...ref, firstNumber: from, lines: columns(lines) });
}

export async function end(store: MemoryStore): Promise<void> {
  await store.finishHost({ ...alpha, status: 'succeeded', exitCode: 0, at: day + 3_200 });
  await store.finishStep({ execution: '12', step: '1', status: 'succeeded', at: day + 3_200 });
  await store.finishExecution({ execution: '12', status: 'succeeded', at: day + 3_200 });
}
