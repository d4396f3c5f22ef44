import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import type { TranscriptSource } from '../../../../src/held/transcriptSource.ts';
import type { LogLine } from '../../../../src/model/line.ts';
import type { LogScope } from '../../../../src/model/query.ts';
import { openCheckpoints } from '../../../../src/sources/checkpoint/source.ts';
import { openSource } from '../../../../src/sources/open.ts';

let folder: string;
let source: TranscriptSource;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
  mkdirSync(join(folder, 'alpha'));
  source = openCheckpoints(folder, { pause: 10 });
});
afterEach(async () => {
  await source[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const id = 'alpha/AddNodes';
const file = (): string => join(folder, `${id}.checkpoint.json`);
const none = '0001-01-01T00:00:00Z';

/** A checkpoint as it stands after a failure. */
const failing = {
  version: 1,
  clusterName: 'alpha',
  pipelineName: 'AddNodes',
  graphName: 'AddNodes',
  createdAt: none,
  updatedAt: '2026-05-01T09:00:09.123456789+02:00',
  nodeStates: {
    Join: {
      status: 'Failed',
      startedAt: '2026-05-01T09:00:04+02:00',
      completedAt: '2026-05-01T09:00:09+02:00',
      message: "step 'Join' on host 'worker-2' failed: Run failed: exit status 7",
      hostStates: {
        'worker-1': { status: 'Success', message: 'Step executed successfully.', startTime: none, endTime: none },
        'worker-2': {
          status: 'Failed',
          message: 'Run failed: exit status 7',
          stdout: 'joining\nno answer',
          stderr: 'timeout\n',
          startTime: '2026-05-01T09:00:05+02:00',
          endTime: '2026-05-01T09:00:09+02:00',
        },
      },
    },
    Swap: {
      status: 'Success',
      startedAt: '2026-05-01T09:00:00+02:00',
      completedAt: '2026-05-01T09:00:03+02:00',
      message: 'Node completed.',
      hostStates: {
        'worker-1': { status: 'Success', message: 'Skipped: Precheck condition already met.' },
        'worker-2': { status: 'Success', message: 'Run failed but error ignored: exit status 1' },
      },
    },
    Ntp: {
      status: 'Success',
      precheckSkipped: true,
      startedAt: '2026-05-01T09:00:00+02:00',
      completedAt: none,
      hostStates: null,
    },
    Late: { status: 'Pending', startedAt: none, completedAt: none, hostStates: {} },
  },
  moduleStates: { whatever: [1, 2] },
  pipelineState: null,
  configSnapshot: 'yaml: {{',
  status: 'Failed',
  lastCompletedNode: 'Join',
  resumeCount: 0,
};

function write(state: unknown): void {
  writeFileSync(`${file()}.tmp`, typeof state === 'string' ? state : JSON.stringify(state, undefined, 2));
  renameSync(`${file()}.tmp`, file());
}

/** The same run at work: one step of one host. */
function running(status = 'Running', more: object = {}): object {
  const host = { status, startTime: '2026-05-01T09:00:01Z', endTime: none, ...more };
  const node = { status, startedAt: '2026-05-01T09:00:00Z', completedAt: none, hostStates: { h: host } };
  return { pipelineName: 'AddNodes', createdAt: none, status: 'Running', resumeCount: 0, nodeStates: { Join: node } };
}

async function statuses(): Promise<string[]> {
  return (await source.listExecutions({})).executions.map((one) => `${one.id} ${one.status}`);
}

async function lines(scope: LogScope): Promise<LogLine[]> {
  const page = await source.readLog({ ...scope, position: { at: 'start' } });
  return [...linesOf(page.lines)];
}

describe('a checkpoint', () => {
  test('is an execution with its nodes in the order in which they began', async () => {
    write(failing);
    const [listed] = (await source.listExecutions({})).executions;
    expect(listed).toEqual({
      id,
      name: 'AddNodes',
      kind: 'checkpoint',
      status: 'failed',
      message: "step 'Join' on host 'worker-2' failed: Run failed: exit status 7",
      createdAt: Date.parse('2026-05-01T07:00:00Z'),
      startedAt: Date.parse('2026-05-01T07:00:00Z'),
      endedAt: Date.parse('2026-05-01T07:00:09.123Z'),
    });
    const { steps } = await source.getExecution({ execution: id });
    expect(steps.map((step) => [step.order, step.id, step.status, step.rawStatus, step.hosts])).toEqual([
      [1, 'Ntp', 'skipped', 'Success', {}],
      [2, 'Swap', 'succeeded', undefined, { skipped: 1, succeeded: 1 }],
      [3, 'Join', 'failed', undefined, { succeeded: 1, failed: 1 }],
      [4, 'Late', 'skipped', undefined, {}],
    ]);
    expect(steps[0]).not.toHaveProperty('endedAt');
  });

  test('tells steps that had nothing to do, and failures that do not matter, from success', async () => {
    write(failing);
    const { hosts } = await source.getStepResult({ execution: id, step: 'Swap', sort: 'name' });
    const message = 'Run failed but error ignored: exit status 1';
    expect(hosts).toMatchObject([
      { id: 'worker-1', status: 'skipped', rawStatus: 'Success' },
      { id: 'worker-2', status: 'failed', rawStatus: 'Success', ignored: true, exitCode: 1, message },
    ]);
  });

  test('gives what its hosts say as lines, stdout and stderr apart, the message last', async () => {
    write(failing);
    const told = (await lines({ execution: id, step: 'Join', host: 'worker-2' })).map((line) => [
      line.stream,
      line.level,
      line.text,
    ]);
    expect(told).toEqual([
      ['stdout', 'none', 'joining'],
      ['stdout', 'none', 'no answer'],
      ['stderr', 'none', 'timeout'],
      ['system', 'error', 'Run failed: exit status 7'],
    ]);
    const [success] = await lines({ execution: id, step: 'Join', host: 'worker-1' });
    expect(success).toMatchObject({ level: 'info', time: undefined });
  });

  test('of an older version, and in lower case, is read as well', async () => {
    writeFileSync(
      join(folder, 'result.json'),
      JSON.stringify({
        graphName: 'Old',
        startTime: '2025-07-11T10:00:00Z',
        endTime: '2025-07-11T10:01:00Z',
        status: 'failed',
        errorMessage: 'it broke',
        nodeResults: {
          n1: {
            nodeName: 'N',
            stepName: 'Install',
            status: 'rolled_back',
            startTime: '2025-07-11T10:00:01Z',
            endTime: '2025-07-11T10:00:59Z',
            hostResults: { a: { hostName: 'a', status: 'completed', message: '', skipped: true, stdout: 'x' } },
          },
        },
      }),
    );
    const { steps, ...about } = await source.getExecution({ execution: 'result.json' });
    expect(about).toMatchObject({ name: 'Old', status: 'failed', message: 'it broke' });
    expect(about.endedAt).toBe(Date.parse('2025-07-11T10:01:00Z'));
    expect(steps).toMatchObject([
      { id: 'n1', name: 'Install', status: 'failed', rawStatus: 'rolled_back', hosts: { skipped: 1 } },
    ]);
  });

  test('that is somewhere else in the folder, or is other JSON, is none', async () => {
    write(failing);
    mkdirSync(join(folder, 'alpha/deep'));
    writeFileSync(join(folder, 'alpha/deep/x.checkpoint.json'), JSON.stringify(failing));
    for (const [name, json] of [
      ['a', '[]'],
      ['b', '{}'],
      ['c', 'null'],
      ['d', '{"nodeStates":[]}'],
    ] as const)
      writeFileSync(join(folder, `${name}.checkpoint.json`), json);
    expect(await source.listExecutions({})).toMatchObject({ total: 1 });
    expect((await source.listExecutions({})).notice).toBeUndefined();
  });
});

describe('a checkpoint that is gone', () => {
  test('was a success, and stays readable as long as the source lives', async () => {
    write(running('Success', { message: 'Step executed successfully.' }));
    let seen = 0;
    let complete = false;
    for await (const page of source.tailLog({ execution: id, position: { at: 'start' } })) {
      seen += page.lines.count;
      complete = page.complete;
      if (seen === 1 && !complete) rmSync(file(), { force: true });
    }
    expect([seen, complete]).toEqual([1, true]);
    const { status, message, steps } = await source.getExecution({ execution: id });
    expect([status, steps[0]?.status]).toEqual(['succeeded', 'succeeded']);
    expect(message).toMatch(/deletes/);
    expect(await lines({ execution: id })).toHaveLength(1);
    const later = openCheckpoints(folder);
    await expect(later.getExecution({ execution: id })).rejects.toMatchObject({ code: 'notFound' });
    await later[Symbol.asyncDispose]();
  });

  test('was none when it had failed, or was about to', async () => {
    write(failing);
    await statuses();
    rmSync(file());
    expect(await statuses()).toEqual([`${id} failed`]);
    write({ ...running('Failed'), createdAt: '2026-05-02T00:00:00Z' });
    await statuses();
    rmSync(file());
    expect((await statuses()).toSorted()).toEqual([`${id} failed`, `${id}#2 interrupted`]);
  });

  test('is not taken for a success when the whole folder is away', async () => {
    write(running());
    await statuses();
    renameSync(folder, `${folder}-away`);
    await expect(source.getExecution({ execution: id })).resolves.toMatchObject({ status: 'running' });
    await expect(source.listExecutions({})).rejects.toMatchObject({ code: 'unavailable' });
    renameSync(`${folder}-away`, folder);
    expect(await statuses()).toEqual([`${id} running`]);
  });
});

describe('the next run of a pipeline', () => {
  test('is another execution, and the earlier one stays', async () => {
    write(running());
    expect(await statuses()).toEqual([`${id} running`]);
    write({ ...failing, nodeStates: { Swap: failing.nodeStates.Swap } });
    expect((await statuses()).toSorted()).toEqual([`${id} succeeded`, `${id}#2 failed`]);
  });

  test('that takes up a failed one again is named by how often that was', async () => {
    write(failing);
    await statuses();
    write({ ...failing, status: 'Running', resumeCount: 1 });
    expect((await statuses()).toSorted()).toEqual([`${id} failed`, `${id}@1 running`]);
  });
});

describe('bad files', () => {
  test('cut anywhere are read again, and what was read last stays', async () => {
    write(running());
    await statuses();
    const json = JSON.stringify(failing);
    for (let length = 0; length < json.length; length++) {
      writeFileSync(file(), json.slice(0, length));
      const { executions, notice } = await source.listExecutions({});
      expect(executions.map(({ status }) => status)).toEqual(['running']);
      expect(notice).toMatch(/is not whole/);
    }
    writeFileSync(file(), json);
    expect((await statuses()).toSorted()).toEqual([`${id} succeeded`, `${id}#2 failed`]);
  });

  test('that were never whole are told of, and do not hide others', async () => {
    writeFileSync(file(), '{"nodeStates": {');
    writeFileSync(join(folder, 'good.checkpoint.json'), JSON.stringify(failing));
    const { executions, notice } = await source.listExecutions({});
    expect([executions.map((one) => one.id), notice]).toEqual([
      ['good'],
      expect.stringContaining(`${id} is not whole`),
    ]);
    await expect(source.getExecution({ execution: id })).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('of 2 GB, folders in their place and links out of the folder are left alone', async () => {
    writeFileSync(join(folder, 'huge.checkpoint.json'), '');
    truncateSync(join(folder, 'huge.checkpoint.json'), 2 ** 31);
    mkdirSync(join(folder, 'folder.checkpoint.json'));
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'x.checkpoint.json'), JSON.stringify(failing));
    symlinkSync(join(outside, 'x.checkpoint.json'), join(folder, 'x.checkpoint.json'));
    symlinkSync(outside, join(folder, 'away'));
    symlinkSync('nowhere', join(folder, 'y.checkpoint.json'));
    write(failing);
    symlinkSync(file(), join(folder, 'inside.checkpoint.json'));
    const { executions, notice } = await source.listExecutions({});
    expect(executions.map((one) => one.id).toSorted()).toEqual([id, 'inside']);
    expect(notice).toBe(
      '2 links lead out of the folder, and nothing is read there. huge.checkpoint.json cannot be read: it has 2048 MB.',
    );
    // What was a file becomes one.
    rmSync(file());
    symlinkSync(join(outside, 'x.checkpoint.json'), file());
    expect((await source.listExecutions({})).notice).toContain('leads out of the folder');
    rmSync(file());
    mkdirSync(file());
    expect((await source.getExecution({ execution: id })).status).toBe('failed');
    rmSync(outside, { recursive: true });
  });

  test('with any value anywhere never break more than themselves', async () => {
    const places = fc.constantFrom(
      ...['nodeStates', 'status', 'createdAt', 'resumeCount', 'pipelineName', 'message'],
      ...['Join', 'Join.status', 'Join.startedAt', 'Join.hostStates', 'Join.message', 'Join.precheckSkipped'],
      ...['host', 'host.status', 'host.message', 'host.stdout', 'host.startTime'],
    );
    await fc.assert(
      fc.asyncProperty(places, fc.jsonValue(), async (place, value) => {
        const state = structuredClone(failing) as Record<string, unknown>;
        put(state, place, value);
        writeFileSync(join(folder, 'odd.checkpoint.json'), JSON.stringify(state));
        const { executions } = await source.listExecutions({});
        for (const { id: execution } of executions) {
          const { steps } = await source.getExecution({ execution });
          for (const { id: step } of steps) await source.getStepResult({ execution, step });
          await lines({ execution });
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each(['', '..', '../x', '/etc/passwd', 'a/b/c', '\0', '__proto__'])('are not named by %j', async (execution) => {
    write(failing);
    await expect(source.getExecution({ execution })).rejects.toMatchObject({ code: 'notFound' });
  });
});

function put(state: Record<string, unknown>, place: string, value: unknown): void {
  const nodes = state['nodeStates'] as Record<string, Record<string, unknown>>;
  const [top = '', field] = place.split('.');
  const join = nodes['Join'] ?? {};
  const host = (join['hostStates'] as Record<string, Record<string, unknown>>)['worker-2'] ?? {};
  if (top === 'Join' && field === undefined) nodes['Join'] = value as Record<string, unknown>;
  else if (top === 'Join') join[field ?? ''] = value;
  else if (top === 'host' && field === undefined) Reflect.set(join['hostStates'] as object, 'worker-2', value);
  else if (top === 'host') host[field ?? ''] = value;
  else state[top] = value;
}

test('a connection names the folder', async () => {
  write(failing);
  for (const url of [`checkpoint:${folder}`, `checkpoint://${folder}`]) {
    await using opened = await openSource(url);
    expect(await opened.source.listExecutions({})).toMatchObject({ total: 1 });
  }
  await expect(openSource('checkpoint:')).rejects.toMatchObject({ code: 'invalidRequest' });
  await using missing = await openSource(`checkpoint:${folder}/no`);
  await expect(missing.source.listExecutions({})).rejects.toMatchObject({ code: 'unavailable' });
  await using wrong = await openSource(`checkpoint:${file()}`);
  await expect(wrong.source.listExecutions({})).rejects.toMatchObject({ code: 'invalidRequest' });
});
