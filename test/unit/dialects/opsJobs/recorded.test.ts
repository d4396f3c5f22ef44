import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { openOpsJobs } from '../../../../src/dialects/executor/opsJobs/source.ts';
import type { ExecutionRow, StepRow } from '../../../harness/opsJobs/records.ts';
import { OpsJobsDouble } from '../../../harness/opsJobs/server.ts';

/** Shapes as the real system was seen to send them; names, ids and texts are our own. */
async function fixture<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(import.meta.dirname, 'fixtures', name), 'utf8')) as T;
}

interface Recorded {
  readonly pointer: string;
  readonly limit: number;
  readonly content: unknown;
}

let double: OpsJobsDouble;
let execution: ExecutionRow;
let step: StepRow;

beforeEach(async () => {
  double = await OpsJobsDouble.open({ heartbeat: 100 });
  execution = double.addExecution({ createdAt: Date.UTC(2026, 1, 16, 0, 4, 59) });
  step = double.addStep(execution, 'Prepare', ['7']);
  double.logs.load(await fixture('entries.json'));
  double.results.load([
    {
      id: '1771200303100-0',
      fields: {
        ...{ execution_id: execution.executionId, progress: '100', total_hosts: '1', success_hosts: '1' },
        ...{ failed_hosts: '0', running_hosts: '0', pending_hosts: '0', received_at: '1771200309000' },
      },
    },
  ]);
});

afterEach(() => double[Symbol.asyncDispose]());

async function get(path: string): Promise<{ content: unknown }> {
  const answer = await fetch(`${double.url}/api/executor/execution-records/${path}`);
  return (await answer.json()) as { content: unknown };
}

test('the double pages a host log as was recorded, the newest line lost and bad pointers answered', async () => {
  for (const { pointer, limit, content } of await fixture<Recorded[]>('hostPages.json')) {
    const query = new URLSearchParams({ pointer, limit: String(limit) }).toString();
    const answer = await get(`${execution.id}/steps/${step.id}/hosts/7/logs/?${query}`);
    expect(answer).toMatchObject({ code: 200, success: true });
    expect(answer.content, pointer).toEqual(content);
  }
});

test('the double tells of agent lines in the older history as was recorded', async () => {
  const { pointer, content } = await fixture<Recorded>('wholeLogs.json');
  expect((await get(`${execution.id}/logs/?pointer=${encodeURIComponent(pointer)}`)).content).toMatchObject(
    content ?? {},
  );
  const real = await get(`${execution.id}/logs/?pointer=redis:job_logs/${execution.executionId}_1001_7_k3m9@`);
  expect(real).toEqual({ code: 400, success: false, message: '未找到日志' });
});

test('the double streams as was recorded', async () => {
  const recorded = await readFile(join(import.meta.dirname, 'fixtures', 'combined.txt'), 'utf8');
  const wanted = eventsIn(recorded);
  const answer = await fetch(`${double.url}/api/realtime/sse/combined/${execution.executionId}/`);
  let text = '';
  for await (const bytes of answer.body ?? []) {
    text += new TextDecoder().decode(bytes as Uint8Array);
    if (eventsIn(text).length >= wanted.length) break;
  }
  expect(eventsIn(text)).toEqual(wanted);
});

test('what was recorded passes through the client: every line of the host once, agents and all', async () => {
  await using source = openOpsJobs(double.url, { pace: { heartbeat: 100, quiet: 80, freshness: 0 } });
  const page = await source.readLog({ execution: '1', step: String(step.id), host: '7', position: { at: 'start' } });
  const lines = [...linesOf(page.lines)];
  expect(lines.map(({ text }) => text)).toEqual([
    ...['fetch 0', 'fetch 1', 'fetch 2'],
    ...['unpack 0', 'unpack 1', 'unpack 2', 'unpack 3', 'unpack 4'],
  ]);
  expect(lines[0]?.time).toBe(1_771_200_300_000);
  expect(lines[4]?.time).toBe(Date.UTC(2026, 1, 16, 0, 5, 0, 100));
  expect((await source.getExecution({ execution: '1' })).steps.map(({ name }) => name)).toEqual(['Prepare']);
});

function eventsIn(text: string): { id: string | undefined; data: unknown }[] {
  const whole = text.split('\n\n').slice(0, -1);
  return whole.map((event) => ({
    id: /^id: (.*)$/m.exec(event)?.[1],
    data: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null') as unknown,
  }));
}
