import { describe, expect, test } from 'vitest';
import {
  fromDetail,
  fromList,
  fromStepResult,
  toDetail,
  toList,
  toStepResult,
} from '../../../../src/dialects/executor/records.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../../../src/model/execution.ts';
import { pointer } from '../../../../src/model/pointer.ts';
import { statuses } from '../../../../src/model/status.ts';

const day = Date.UTC(2026, 1, 20);
const overWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const bareStep: Step = { id: '1', name: 'build', order: 1, status: 'pending' };
const fullStep: Step = {
  id: '2',
  name: '初始化',
  order: 2,
  path: ['setup', 'nodes'],
  hosts: { succeeded: 2, timedOut: 1 },
  status: 'partial',
  rawStatus: 'mostly',
  startedAt: day,
  endedAt: day + 3_200,
  message: 'one host was late',
};

const summary: ExecutionSummary = {
  id: '307654321098765432',
  name: 'deploy',
  kind: 'pipeline',
  user: 'ann',
  createdAt: day - 5,
  url: 'https://ops.example/1',
  invocation: { command: ['make', ''], directory: '/src' },
  status: 'interrupted',
  rawStatus: 'gone',
  startedAt: day,
  endedAt: day + 1,
  message: 'its machine went away',
};

const full: Execution = {
  ...summary,
  steps: [bareStep, fullStep],
  history: [
    { status: 'running', at: day },
    { status: 'interrupted', at: day + 1 },
  ],
};

const host: HostResult = {
  id: '7',
  name: 'node-1',
  address: '10.0.0.7',
  exitCode: 0,
  lines: 12,
  errors: 1,
  firstError: pointer('m:1/1@4'),
  status: 'failed',
  rawStatus: 'ko',
  startedAt: day,
  endedAt: day + 9,
  message: 'exit code 0, but',
};

describe('records over the wire', () => {
  test('an execution arrives as it is, full or bare', () => {
    const bare: Execution = { id: '1', name: '', status: 'running', steps: [] };
    for (const execution of [full, bare])
      expect(fromDetail(overWire(toDetail(execution, day)), 'unavailable')).toEqual(execution);
  });

  test.each(statuses)('the state %s arrives', (status) => {
    const { status: arrived } = fromDetail(overWire(toDetail({ ...full, status }, day)), 'unavailable');
    expect(arrived).toBe(status);
  });

  test('a list arrives as it is', () => {
    const list = { executions: [summary], next: 'c', total: 4, notice: 'The archive cannot be reached.' };
    expect(fromList(overWire(toList(list, day)), 'unavailable')).toEqual(list);
    expect(fromList(overWire(toList({ executions: [] }, day)), 'unavailable')).toEqual({ executions: [] });
  });

  test('the result of a step arrives as it is', () => {
    const bareHost: HostResult = { id: '8', name: '8', status: 'pending' };
    const result = { step: fullStep, hosts: [host, bareHost], next: '8', counts: { failed: 1, pending: 1 } };
    expect(fromStepResult(overWire(toStepResult(result, day)), 'unavailable')).toEqual(result);
    const bare = { step: bareStep, hosts: [], counts: {} };
    expect(fromStepResult(overWire(toStepResult(bare, day)), 'unavailable')).toEqual(bare);
  });

  test('what goes on has its duration up to now, in seconds, and says where to follow it', () => {
    const { endedAt: _, ...timed } = full;
    expect(toDetail({ ...timed, status: 'running' }, day + 1_500)).toMatchObject({
      status: 'running',
      duration: 1.5,
      finished_at: null,
      realtime_urls: { logs: '/api/realtime/sse/logs/307654321098765432/' },
    });
    expect(toDetail(full, day).realtime_urls).toBeNull();
  });

  test.each([
    ['no object', 'hello'],
    ['no steps', { ...toDetail(full, day), steps: undefined }],
    ['a state there is not', { ...toDetail(full, day), state: 'fine' }],
    ['a step that is none', { ...toDetail(full, day), steps: [3] }],
  ])('a damaged execution is refused: %s', (_, value) => {
    expect(() => fromDetail(value, 'unavailable')).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });
});
