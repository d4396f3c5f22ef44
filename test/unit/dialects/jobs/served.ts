import { jobsRoutes } from '../../../../src/dialects/jobs/routes.ts';
import type { LineColumns } from '../../../../src/model/line.ts';
import type { Runner, RunRequest } from '../../../../src/model/runner.ts';
import type { MemoryStore } from '../../../../src/sources/memory.ts';
import { columns } from '../../../contract/recording.ts';
import { startService, type TestService } from '../../../harness/service.ts';

export const day = Date.UTC(2026, 10, 21, 1, 18, 56);
export const host = { execution: 'job-1', step: '1', host: 'h' };

type Options = Parameters<typeof startService>[0] & { readonly heartbeat?: number };

export function serveJobs({ heartbeat = 60_000, ...options }: Options = {}): Promise<TestService> {
  return startService({ routes: jobsRoutes({ heartbeat }), grace: 100, ...options });
}

export async function get(service: TestService, path: string, init?: RequestInit): Promise<Answered> {
  const answer = await fetch(service.url + path, init);
  return { status: answer.status, body: JSON.parse(await answer.text()) as Answered['body'] };
}

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export function post(service: TestService, path: string, body: unknown, init?: RequestInit): Promise<Answered> {
  const headers = { ...(init?.headers as Record<string, string> | undefined), 'content-type': 'application/json' };
  return get(service, path, { method: 'POST', body: JSON.stringify(body), ...init, headers });
}

/** Job "job-1" with one step on one host; it runs. */
export async function begin(store: MemoryStore, more: { kind?: string; job?: string; execution?: string } = {}) {
  const execution = more.execution ?? host.execution;
  await store.createExecution({ name: 'demo', user: 'ann', startedAt: day, ...more, execution });
  const step = { execution, step: '1', name: 'decompose', order: 1, status: 'running', at: day } as const;
  await store.startStep({ ...step, hosts: [{ id: 'h', name: 'h' }] });
}

export function append(store: MemoryStore, firstNumber: number, lines: Parameters<typeof columns>[0] | LineColumns) {
  return store.append({ ...host, firstNumber, lines: 'count' in lines ? lines : columns(lines) });
}

export async function end(store: MemoryStore, status: 'succeeded' | 'failed' = 'succeeded', message?: string) {
  const ending = { status, at: day + 18_000, ...(message !== undefined && { message }) };
  await store.finishStep({ execution: host.execution, step: '1', ...ending });
  await store.finishExecution({ execution: host.execution, ...ending });
}

/** Runs nothing, but begins what it is asked for. */
export class StartedRuns implements Runner {
  readonly requests: RunRequest[] = [];
  readonly #store: MemoryStore;
  readonly #ids: readonly string[];

  constructor(store: MemoryStore, ids: readonly string[]) {
    this.#store = store;
    this.#ids = ids;
  }

  async jobs() {
    return this.#ids.map((id) => ({ id, name: id, enabled: true }));
  }

  async start(request: RunRequest) {
    this.requests.push(request);
    const execution = `run-${this.requests.length}`;
    await this.#store.createExecution({
      execution,
      name: request.job,
      kind: 'pipeline',
      job: request.job,
      startedAt: day,
    });
    return { execution };
  }
}
