import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogSink } from '../../../src/model/sink.ts';
import type { RunEcho } from '../../../src/record/pipeline/pipelineRecording.ts';
import { readPipeline } from '../../../src/record/pipeline/readPipeline.ts';
import { recordPipeline } from '../../../src/record/recordPipeline.ts';
import type { RunResult } from '../../../src/record/runResult.ts';
import { Interruption, type Stop } from '../../../src/record/stop.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { allLines, goOn } from './harness.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pipeline-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const silent: RunEcho = { begins: () => {}, output: () => ({ write: () => undefined }), ends: () => {} };

async function run(
  yaml: string,
  options: { stop?: Stop; echo?: Partial<RunEcho>; sinkOver?: (store: MemoryStore) => LogSink } = {},
) {
  const store = new MemoryStore();
  const result = await recordPipeline(
    {
      execution: { execution: 'e' },
      pipeline: readPipeline('p.yaml', yaml),
      directory,
      environment: { PATH: process.env['PATH'] },
    },
    options.sinkOver?.(store) ?? store,
    { ...silent, ...options.echo },
    options.stop ?? goOn,
    { report: () => expect.unreachable() },
  );
  const stored = await store.getExecution({ execution: 'e' });
  return { result, store, stored, texts: async (step: string, host = 'local') => textsOf(store, step, host) };
}

async function textsOf(store: MemoryStore, step: string, host: string): Promise<string[]> {
  return (await allLines(store, { execution: 'e', step, host })).map(({ text }) => text);
}

/** `step@host: status` of every result, in the order in which they were returned. */
function told(result: RunResult): string[] {
  return result.results.map((row) => `${row.step}@${row.host} ${row.status}${row.ignored ? ' ignored' : ''}`);
}

/** A module of one task with the given steps. */
function task(...lines: string[]): string {
  return `name: P\nmodules:\n  - name: M\n    tasks:\n      - name: T\n${lines.map((line) => `        ${line}\n`).join('')}`;
}

describe('a pipeline', () => {
  test('stores all results with its end: what a store lost after it had taken it is there again', async () => {
    const lossy = (store: MemoryStore): LogSink => ({
      createExecution: (about) => store.createExecution(about),
      startStep: (step) => store.startStep(step),
      startHost: async () => undefined,
      append: (batch) => store.append(batch),
      finishHost: async () => undefined,
      finishStep: async () => undefined,
      finishExecution: (end) => store.finishExecution(end),
      [Symbol.asyncDispose]: async () => undefined,
    });
    const yaml = `hosts: [a, b]\n${task('ignoreError: true', 'steps: [{ name: one, run: "test $EXECLOGS_HOST = a || exit 3", ignoreError: true }]')}`;
    const { result, stored, store } = await run(yaml, { sinkOver: lossy });
    expect(stored.steps.map(({ id, status, hosts }) => [id, status, hosts])).toEqual([
      ['one', 'succeeded', { succeeded: 2 }],
    ]);
    const { hosts } = await store.getStepResult({ execution: 'e', step: 'one', sort: 'name' });
    const [a, b] = ['a', 'b'].map((host) => result.results.find((row) => row.host === host));
    expect(hosts).toMatchObject([
      { id: 'a', status: 'succeeded', exitCode: 0, startedAt: a?.startedAt, endedAt: a?.endedAt },
      { id: 'b', status: 'failed', exitCode: 3, ignored: true, startedAt: b?.startedAt, endedAt: b?.endedAt },
    ]);
  });

  test('returns what every step on every host came to, and stores the same', async () => {
    const { result, stored, store } = await run(
      `hosts: [a, b]\n${task('steps:', '  - { name: one, run: echo 1 }', '  - { name: two, run: echo 2; echo 3 }')}`,
    );
    expect(told(result).toSorted()).toEqual([
      'one@a succeeded',
      'one@b succeeded',
      'two@a succeeded',
      'two@b succeeded',
    ]);
    expect(result).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(stored).toMatchObject({ name: 'P', kind: 'pipeline', status: 'succeeded' });
    expect(stored.steps.map(({ id, path, status, hosts }) => [id, path, status, hosts])).toEqual([
      ['one', ['M', 'T'], 'succeeded', { succeeded: 2 }],
      ['two', ['M', 'T'], 'succeeded', { succeeded: 2 }],
    ]);
    expect((await store.getStepResult({ execution: 'e', step: 'two' })).hosts.map(({ lines }) => lines)).toEqual([
      2, 2,
    ]);
  });

  test('gives steps the environment of pipeline, host and step, the nearest winning', async () => {
    const show = 'run: echo "$A $B $C $EXECLOGS_EXECUTION $EXECLOGS_STEP $EXECLOGS_HOST"';
    const { texts } = await run(
      `env: { A: p, B: p, C: p }\nhosts: [{ name: h, env: { B: h, C: h } }]\n${task('steps:', `  - name: s`, `    ${show}`, '    env: { C: s }')}`,
    );
    expect(await texts('s', 'h')).toEqual(['p h s e s h']);
  });

  test('runs in its directory, that of the host and that of the step', async () => {
    const yaml = `hosts: [{ name: h, directory: sub }]\npre: [{ name: make, run: mkdir -p sub/deep }]\n${task('steps:', '  - { name: s, run: pwd, directory: deep }')}`;
    const { texts } = await run(yaml);
    expect((await texts('s', 'h'))[0]).toMatch(/\/sub\/deep$/);
  });

  test('ends a script at its first failing line', async () => {
    const { result, texts } = await run(
      task('steps:', '  - name: s', '    run: |', '      echo 1', '      false', '      echo 2'),
    );
    expect(told(result)).toEqual(['s@local failed']);
    expect(await texts('s')).toEqual(['1']);
  });

  test('passes the arguments of a command as they are', async () => {
    const { texts } = await run(task('steps:', '  - { name: s, run: [printf, "%s\\n", "a  b", $HOME, "*"] }'));
    expect(await texts('s')).toEqual(['a  b', '$HOME', '*']);
  });
});

describe('a step', () => {
  test('whose check succeeds is skipped', async () => {
    const { result, stored } = await run(
      task(
        'steps:',
        '  - { name: done, check: "true", run: exit 1 }',
        '  - { name: open, check: "false", run: echo 1 }',
      ),
    );
    expect(told(result)).toEqual(['done@local skipped', 'open@local succeeded']);
    expect(stored.steps.map(({ status }) => status)).toEqual(['skipped', 'succeeded']);
    expect(result.status).toBe('succeeded');
  });

  test('that takes too long is ended with all it has started', async () => {
    const { result, texts } = await run(
      task('steps:', '  - { name: s, timeout: 300ms, run: "echo on; sleep 60 | sleep 60" }'),
    );
    expect(told(result)).toEqual(['s@local timedOut']);
    expect(result).toMatchObject({ status: 'failed', exitCode: 1, message: '"s" took too long on local' });
    expect(await texts('s')).toEqual(['on', 'took longer than 0.3 s']);
  });

  test('may fail when it says so', async () => {
    const { result } = await run(
      task('steps:', '  - { name: s, ignoreError: true, run: exit 4 }', '  - { name: t, run: echo 1 }'),
    );
    expect(told(result)).toEqual(['s@local failed ignored', 't@local succeeded']);
    expect(result.status).toBe('succeeded');
  });

  test('finds nothing on its stdin', async () => {
    expect((await run(task('steps:', '  - { name: s, run: cat }'))).result.status).toBe('succeeded');
  });
});

describe('a failure', () => {
  const failing = 'run: test "$EXECLOGS_HOST" != bad || { echo oops >&2; exit 9; }; sleep 20';

  test('cancels the other hosts, and what would have followed is skipped', async () => {
    const { result, stored } = await run(
      `hosts: [good, bad]\n${task('steps:', '  - name: s', `    ${failing}`, '  - { name: t, run: echo 1 }')}`,
    );
    expect(told(result).toSorted()).toEqual(['s@bad failed', 's@good cancelled', 't@bad skipped', 't@good skipped']);
    expect(result).toMatchObject({ status: 'failed', exitCode: 1, message: '"s" failed on bad' });
    expect(stored.steps.map(({ status, hosts }) => [status, hosts])).toEqual([
      ['failed', { failed: 1, cancelled: 1 }],
      ['skipped', { skipped: 2 }],
    ]);
  });

  test('leaves the other hosts alone when the task says so', async () => {
    const { result } = await run(
      `hosts: [good, bad]\n${task('failFast: false', 'steps:', '  - name: s', `    ${failing.replace('20', '0.1')}`, '  - { name: t, run: echo 1 }')}`,
    );
    expect(told(result).toSorted()).toEqual(['s@bad failed', 's@good succeeded', 't@bad skipped', 't@good succeeded']);
    expect(result.status).toBe('failed');
  });

  const modules = (more: string) => `
name: P
pre: [{ name: before, run: echo }]
modules:
  - name: A
    pre: [{ name: a-pre, run: echo }]
    tasks:
      - name: T
        ${more}
        steps: [{ name: a1, run: exit 1 }]
      - name: U
        steps: [{ name: a2, run: echo }]
    post: [{ name: a-post, run: echo }]
  - name: B
    tasks: [{ name: T, steps: [{ name: b, run: echo }] }]
post: [{ name: after, run: echo }]
`;

  test('ends its module and the pipeline, but what comes after is always run', async () => {
    const { result } = await run(modules(''));
    expect(told(result)).toEqual([
      'before@local succeeded',
      'a-pre@local succeeded',
      'a1@local failed',
      'a2@local skipped',
      'a-post@local succeeded',
      'b@local skipped',
      'after@local succeeded',
    ]);
    expect(result.results.find(({ step }) => step === 'b')?.message).toBe('not run: "a1" failed on local');
  });

  test('of a task that may fail ends nothing', async () => {
    const { result } = await run(modules('ignoreError: true'));
    expect(told(result).filter((row) => !row.includes('succeeded'))).toEqual(['a1@local failed']);
    expect(result).toMatchObject({ status: 'succeeded', exitCode: 0 });
  });

  test('before the first module skips the modules', async () => {
    const { result } = await run(modules('').replace('name: before, run: echo', 'name: before, run: exit 2'));
    expect(told(result).filter((row) => !row.includes('skipped'))).toEqual([
      'before@local failed',
      'after@local succeeded',
    ]);
  });

  test('afterwards fails what went well', async () => {
    const { result } = await run(
      modules('ignoreError: true').replace('name: after, run: echo', 'name: after, run: exit 2'),
    );
    expect(result).toMatchObject({ status: 'failed', message: '"after" failed on local' });
  });
});

test('a module that is switched off is skipped', async () => {
  const { result, stored } = await run(
    task('steps: [{ name: s, run: exit 1 }]').replace('name: M', 'name: M\n    enabled: false'),
  );
  expect(told(result)).toEqual(['s@local skipped']);
  expect(stored).toMatchObject({ status: 'succeeded', steps: [{ status: 'skipped' }] });
});

test('no more hosts run at once than the task allows', async () => {
  let running = 0;
  let most = 0;
  const { result } = await run(
    `hosts: [a, b, c, d, e]\n${task('concurrency: 2', 'steps: [{ name: s, run: sleep 0.05 }]')}`,
    {
      echo: {
        begins: () => {
          most = Math.max(most, ++running);
        },
        ends: () => {
          running--;
        },
      },
    },
  );
  expect(most).toBe(2);
  expect(result.results).toHaveLength(5);
});

test('an interrupted pipeline is cancelled: what runs is ended, the rest is skipped, what comes after is run', async () => {
  const ask = new AbortController();
  const yaml = `post: [{ name: after, run: echo bye }]\n${task('steps:', '  - { name: s, run: sleep 60 }', '  - { name: t, run: echo }')}`;
  const { result, stored, texts } = await run(yaml, {
    stop: { ask: ask.signal, kill: goOn.kill },
    echo: { begins: () => ask.abort(new Interruption('SIGINT', true)) },
  });
  expect(told(result)).toEqual(['s@local cancelled', 't@local skipped', 'after@local succeeded']);
  expect(result).toMatchObject({ status: 'cancelled', exitCode: 130 });
  expect(stored.status).toBe('cancelled');
  expect(await texts('after')).toEqual(['bye']);
});
