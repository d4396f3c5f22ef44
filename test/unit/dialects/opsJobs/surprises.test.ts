import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { openOpsJobs, type OpsJobsSource } from '../../../../src/dialects/executor/opsJobs/source.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import type { LogScope } from '../../../../src/model/query.ts';
import { follow } from '../../../contract/recording.ts';
import type { ExecutionRow, StepRow } from '../../../harness/opsJobs/records.ts';
import { eventually } from '../../../harness/eventually.ts';
import { OpsJobsDouble } from '../../../harness/opsJobs/server.ts';

const pace = { heartbeat: 60, quiet: 40, freshness: 0, cadence: 20, skew: 0, backoff: [5, 50] as const };

let double: OpsJobsDouble;
let execution: ExecutionRow;
let step: StepRow;
let source: OpsJobsSource;
let scope: Required<LogScope>;

beforeEach(async () => {
  double = await OpsJobsDouble.open({ heartbeat: pace.heartbeat });
  execution = double.addExecution();
  step = double.addStep(execution, 'build', ['7', '8']);
  source = openOpsJobs(double.url, { pace });
  scope = { execution: String(execution.id), step: String(step.id), host: '7' };
});

afterEach(async () => {
  await source[Symbol.asyncDispose]();
  await double[Symbol.asyncDispose]();
});

async function texts(query: LogScope = scope): Promise<string[]> {
  const page = await source.readLog({ ...query, position: { at: 'start' } });
  return [...linesOf(page.lines)].map(({ text }) => text);
}

function push(...lines: string[]): void {
  for (const line of lines) double.pushLine(execution, step, '7', line);
}

/** A tail from the start, and what it has said so far. */
function tailing(query: LogScope = scope) {
  const pages: LogPage[] = [];
  const seen = () => pages.flatMap(({ lines }) => [...linesOf(lines)].map(({ text }) => text));
  const states = () => pages.flatMap(({ state }) => state?.kind ?? []);
  const tail = (async () => {
    for await (const page of source.tailLog({ ...query, position: { at: 'start' } })) pages.push(page);
  })();
  const sees = async (wanted: readonly string[]) => eventually(() => expect(seen()).toEqual(wanted));
  return { tail, seen, states, sees };
}

test('answers without an envelope, and under the other name, are read alike', async () => {
  push('a', 'b');
  double.bareBodies = true;
  double.textKey = 'logContent';
  double.streamless = true;
  expect(await texts()).toEqual(['a', 'b']);
  expect((await source.listExecutions({})).total).toBe(1);
});

test('the newest line is not lost, though a pointer leaves its own line out', async () => {
  double.streamless = true;
  push('a', 'b', 'c');
  expect(await texts()).toEqual(['a', 'b', 'c']);
  push('d');
  expect(await texts()).toEqual(['a', 'b', 'c', 'd']);
});

test('"finished" that is always true ends nothing: a log ends with its host, step or execution', async () => {
  push('a');
  expect((await source.readLog({ ...scope, position: { at: 'end' } })).complete).toBe(false);
  double.finish(execution, 'failed');
  await eventually(async () => {
    const page = await source.readLog({ ...scope, position: { at: 'end' } });
    expect(page.complete).toBe(true);
  });
});

test("agent lines stand in their host's log, found through the stream, each in its step", async () => {
  const second = double.addStep(execution, 'deploy', ['7']);
  push('engine says');
  double.pushAgentLine(execution, step, '7', 'agent says');
  double.pushAgentLine(execution, second, '7', 'of the other step', 'stderr');
  double.pushAgentLine(execution, step, '8', 'of the other host');
  expect(await texts()).toEqual(['engine says', 'agent says']);
  expect(await texts({ ...scope, step: String(second.id) })).toEqual(['of the other step']);
  expect(await texts({ execution: scope.execution })).toEqual([
    ...['engine says', 'agent says', 'of the other step', 'of the other host'],
  ]);
});

test("agent lines stand in their host's log when the stream never comes to them", async () => {
  execution = double.addExecution({ createdAt: Date.now() - 60_000 });
  double.pushForeign(250);
  step = double.addStep(execution, 'build', ['7']);
  double.pushAgentLine(execution, step, '7', 'first');
  double.pushAgentLine(execution, step, '7', 'second', 'stderr');
  double.pushLine(execution, step, '7', 'engine says');
  const read = await texts({ execution: String(execution.id), step: String(step.id), host: '7' });
  expect(read.toSorted()).toEqual(['engine says', 'first', 'second']);
});

test('agent lines are there without any stream', async () => {
  double.streamless = true;
  double.pushAgentLine(execution, step, '7', 'first');
  double.pushAgentLine(execution, step, '7', 'first');
  // The server tells its time in whole seconds; asking all the while would spend the hour's requests.
  const patience = { interval: 200 };
  await eventually(async () => expect(await texts()).toEqual(['first', 'first']), patience);
  double.pushAgentLine(execution, step, '7', 'second');
  await eventually(async () => expect(await texts()).toEqual(['first', 'first', 'second']), patience);
});

test('a stream starved by 200 foreign lines is left for the history, and goes on behind them', async () => {
  push('before');
  const { tail, sees, states } = tailing();
  await sees(['before']);
  double.pushForeign(230);
  push('after');
  await sees(['before', 'after']);
  expect(states()).toContain('polling');
  push('and on');
  await sees(['before', 'after', 'and on']);
  double.finish(execution, 'success');
  await tail;
});

test('agent lines behind 200 foreign ones are found, each once', async () => {
  double.pushAgentLine(execution, step, '7', 'before');
  const { tail, sees } = tailing();
  await sees(['before']);
  double.pushForeign(230);
  double.pushAgentLine(execution, step, '7', 'after');
  double.pushAgentLine(execution, step, '7', 'after');
  await sees(['before', 'after', 'after']);
  double.finish(execution, 'success');
  await tail;
});

test('a silent stream is no end and no failure while others write', async () => {
  push('a');
  const { tail, sees, states } = tailing();
  await sees(['a']);
  double.pushForeign(3);
  await eventually(() => expect(states()).toContain('polling'));
  push('b');
  await sees(['a', 'b']);
  await eventually(() => expect(states().at(-1)).toBe('live'));
  double.finish(execution, 'success');
  await tail;
});

test("results of other executions are not heard of, and a result's id is no place to go on from", async () => {
  push('a');
  const { tail, sees } = tailing();
  await sees(['a']);
  const own = double.logs.entries.at(-1)?.id;
  double.pushResult({ executionId: '42' }, '10');
  double.pushResult(execution, '50');
  await eventually(() => expect(double.asked(/execution-records\/1\/$/)).toBeGreaterThan(2));
  double.cut();
  push('b');
  await sees(['a', 'b']);
  expect(double.asked(/\/sse\/(status|logs)\//)).toBe(0);
  expect(double.requests.filter((request) => request.includes(`last_id=${own}`)).length).toBeGreaterThan(0);
  double.finish(execution, 'success');
  await tail;
});

test('the reduced replay is never asked for', async () => {
  push('a');
  await texts();
  const places = double.requests.flatMap((request) => /last_id=([^&]*)/.exec(request)?.[1] ?? []);
  expect(places.length).toBeGreaterThan(0);
  expect(places.filter((place) => !/^\d+-\d+$/.test(place))).toEqual([]);
});

test('a stream that breaks is taken up where it was, no line lost or told twice', async () => {
  const { tail, seen, states } = tailing();
  const wanted: string[] = [];
  for (let i = 0; i < 30; i++) {
    push(`line ${i}`);
    wanted.push(`line ${i}`);
    if (i % 6 === 3) double.cut();
    await eventually(() => expect(source.waiting).toBe(1));
  }
  double.finish(execution, 'success');
  await tail;
  expect(seen()).toEqual(wanted);
  expect(states()).toContain('live');
});

test('a refused stream, told in plain text, leaves polling', async () => {
  double.streamless = true;
  push('a');
  const { tail, sees, states } = tailing();
  await sees(['a']);
  push('b');
  await sees(['a', 'b']);
  expect(states().some((kind) => kind === 'polling' || kind === 'reconnecting')).toBe(true);
  double.finish(execution, 'success');
  await tail;
});

test('many lines of the same text and time are counted exactly', async () => {
  double.streamless = true;
  const same = () => double.pushLine(execution, step, '7', 'tick', { time: 1_771_200_000_000 });
  for (let i = 0; i < 5; i++) same();
  expect((await texts()).length).toBe(5);
  for (let i = 0; i < 3; i++) same();
  expect((await texts()).length).toBe(8);
  expect((await texts()).length).toBe(8);
});

test('lines without text are left out, through the history and through the stream', async () => {
  push('a', '', 'b');
  expect(await texts()).toEqual(['a', 'b']);
  double.streamless = true;
  await using other = openOpsJobs(double.url, { pace });
  const page = await other.readLog({ ...scope, position: { at: 'start' } });
  expect([...linesOf(page.lines)].map(({ text }) => text)).toEqual(['a', 'b']);
});

test('ids beyond 2^53 stay what they are', async () => {
  push('a');
  await texts();
  expect(Number.isSafeInteger(Number(execution.executionId))).toBe(false);
  const pointers = double.requests.flatMap((request) => /agent_logs%2F(\d+)/.exec(request)?.[1] ?? []);
  expect(new Set(pointers)).toEqual(new Set([execution.executionId]));
});

test('a missing step, called a bad request by the system, is notFound; a word is not even asked for', async () => {
  await expect(source.getStepResult({ ...scope, step: '999' })).rejects.toMatchObject({ code: 'notFound' });
  await expect(source.getStepResult({ ...scope, step: 'build' })).rejects.toMatchObject({ code: 'notFound' });
  await expect(source.getExecution({ execution: 'deploy' })).rejects.toMatchObject({ code: 'notFound' });
  await expect(source.getExecution({ execution: '77' })).rejects.toMatchObject({ code: 'notFound' });
  expect(double.asked(/steps\/(build|999)|deploy/)).toBe(0);
});

test('no request lacks its trailing slash', async () => {
  await texts();
  await source.listExecutions({});
  expect(double.requests.filter((request) => !/\/(\?|$)/.test(request))).toEqual([]);
});

test('what is forbidden says so in the words of the system', async () => {
  double.forbidden.add(execution.id);
  await expect(source.getExecution({ execution: '1' })).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/权限不足/),
  });
});

test('retries are listed, statuses keep their words, hosts their order of need', async () => {
  double.addExecution({ isLatest: false, status: 'retrying', name: 'again' });
  double.addExecution({ status: 'exploded' });
  const { executions, total } = await source.listExecutions({});
  expect(total).toBe(3);
  expect(executions.map(({ status, rawStatus }) => [status, rawStatus])).toEqual([
    ['unknown', 'exploded'],
    ['running', 'retrying'],
    ['running', undefined],
  ]);
  Object.assign(step.hosts[1] ?? {}, { status: 'failed', host_id: 90_071_992_547_409_931 });
  const { hosts, counts } = await source.getStepResult(scope);
  expect(counts).toEqual({ failed: 1, running: 1 });
  expect(hosts.map(({ status }) => status)).toEqual(['failed', 'running']);
});

test('streams can be had from another address', async () => {
  await using other = await OpsJobsDouble.open({ heartbeat: pace.heartbeat });
  other.executions.push(execution);
  other.pushLine(execution, step, '7', 'from the other address');
  await using both = openOpsJobs(double.url, { pace, streamUrl: other.url });
  const { lines } = await follow(both.tailLog({ ...scope, position: { at: 'start' } }), (seen) => seen.length > 0);
  expect(lines[0]?.text).toBe('from the other address');
  expect(double.asked(/sse/)).toBe(0);
});

test('refused for asking too much, it says until when, and does not ask again before', async () => {
  await source.listExecutions({});
  double.throttle = 1;
  await expect(source.getExecution({ execution: '1' })).rejects.toMatchObject({ code: 'throttled' });
  const asked = double.requests.length;
  const again: unknown = await source.getExecution({ execution: '1' }).catch((error: unknown) => error);
  expect(again).toMatchObject({
    code: 'throttled',
    message: expect.stringMatching(/takes no more requests .* in 30 min/),
  });
  expect(double.requests.length).toBe(asked);
});

test('a finished log that has been read is not asked for again', async () => {
  push('a', 'b', 'c');
  double.finish(execution, 'success');
  await texts();
  const asked = double.requests.length;
  for (let i = 0; i < 10; i++) expect(await texts()).toEqual(['a', 'b', 'c']);
  expect(double.requests.length).toBe(asked);
});
