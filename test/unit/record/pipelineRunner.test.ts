import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processLease, type Lease } from '../../../src/base/lease.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { ExecutionRef } from '../../../src/model/execution.ts';
import { openPipelineRunner, type PipelineRunnerOptions } from '../../../src/record/runner/pipelineRunner.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { eventually } from '../../harness/eventually.ts';
import { allLines, TroubledSink } from './harness.ts';

let folder: string;
let store: MemoryStore;
let told: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  store = new MemoryStore();
  told = [];
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await store[Symbol.asyncDispose]();
});

/** A pipeline of one step. */
function write(file: string, run: string, head = ''): void {
  const steps = `steps: [{ name: s, run: ${JSON.stringify(run)} }]`;
  writeFileSync(
    join(folder, file),
    `name: Name of ${file}\n${head}\nmodules: [{ name: m, tasks: [{ name: t, ${steps} }] }]\n`,
  );
}

/** Minutes that come when they are told. */
class HandClock {
  readonly #waiting: { wake: (minute: number) => void }[] = [];

  minutes = async function* (this: HandClock, signal: AbortSignal): AsyncGenerator<number, void> {
    for (;;) {
      yield await new Promise<number>((resolve, reject) => {
        this.#waiting.push({ wake: resolve });
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    }
  }.bind(this);

  async tick(minute: string): Promise<void> {
    const one = await eventually(() => {
      const first = this.#waiting.shift();
      if (!first) throw new Error('nobody waits for a minute');
      return first;
    });
    one.wake(new Date(minute).getTime());
  }

  /** Resolves when what was due has been started. */
  async settled(): Promise<void> {
    await eventually(() => expect(this.#waiting).toHaveLength(1));
  }
}

function open(options: Partial<PipelineRunnerOptions> = {}) {
  return openPipelineRunner({
    folder,
    // The store is the test's, and stays open.
    openSink: async () => Object.assign(new TroubledSink(store), { [Symbol.asyncDispose]: async () => {} }),
    lease: processLease(),
    environment: { PATH: process.env['PATH'] },
    report: (words) => told.push(words),
    ...options,
  });
}

async function ended(execution: string) {
  return eventually(async () => {
    const found = await store.getExecution({ execution });
    expect(found.status).not.toBe('running');
    return found;
  });
}

/** Resolves when it has written its first line. */
async function up(ref: ExecutionRef): Promise<void> {
  await eventually(async () => {
    const { lines } = await store.readLog({ ...ref, position: { at: 'start' } });
    expect(lines.count).toBe(1);
  });
}

async function refusal(call: Promise<unknown>): Promise<LogError> {
  return call.then(
    () => expect.unreachable(),
    (error: unknown) => error as LogError,
  );
}

describe('a folder of pipelines', () => {
  test('is a list of jobs, with those that are damaged and why', async () => {
    write('nightly.yaml', 'true', 'cron: "30 4 * * *"');
    write('off.yml', 'true', 'enabled: false\ncron: "30 4 * * *"');
    writeFileSync(join(folder, 'broken.yaml'), 'name: B\ncron: "30 4 * *"\nmodules: []\n');
    write('.hidden.yaml', 'true');
    write('notes.txt', 'true');
    await using runner = await open();
    const jobs = await runner.jobs();
    expect(jobs.map(({ id, name, enabled, cron }) => [id, name, enabled, cron])).toEqual([
      ['broken', 'broken', false, undefined],
      ['nightly', 'Name of nightly.yaml', true, '30 4 * * *'],
      ['off', 'Name of off.yml', false, '30 4 * * *'],
    ]);
    expect(jobs[0]?.problem).toMatch(/^broken\.yaml:2:7: "cron": expected five fields .*, found 4/);
    const next = new Date(jobs[1]?.nextRunAt ?? 0);
    expect([next.getHours(), next.getMinutes(), next.getTime() > Date.now()]).toEqual([4, 30, true]);
    expect(jobs[2]?.nextRunAt).toBeUndefined();
  });

  test('is read again when it is asked, as far as it has changed', async () => {
    write('a.yaml', 'true');
    await using runner = await open();
    write('b.yaml', 'true');
    expect((await runner.jobs()).map(({ id }) => id)).toEqual(['a', 'b']);
    unlinkSync(join(folder, 'a.yaml'));
    write('b.yaml', 'true', 'enabled: false # now');
    expect((await runner.jobs()).map(({ id, enabled }) => [id, enabled])).toEqual([['b', false]]);
  });

  test('has no job of two files', async () => {
    write('a.yaml', 'true');
    write('a.yml', 'true');
    await using runner = await open();
    expect(await runner.jobs()).toEqual([
      { id: 'a', name: 'a', enabled: false, problem: expect.stringContaining('several files a') as string },
    ]);
    expect((await refusal(runner.start({ job: 'a' }))).code).toBe('invalidRequest');
  });

  test('that is not there is told at once', async () => {
    expect((await refusal(open({ folder: join(folder, 'gone') }))).message).toContain('--pipelines');
  });
});

describe('a job', () => {
  test('runs in its folder, as an execution that knows its job and who asked', async () => {
    write('hello.yaml', 'pwd; echo "$GREETING to $WHOM"', 'env: { GREETING: hello, WHOM: nobody }');
    await using runner = await open();
    const ref = await runner.start({ job: 'hello', user: 'ann', environment: { WHOM: 'ann' } });
    expect(await ended(ref.execution)).toMatchObject({
      name: 'Name of hello.yaml',
      kind: 'pipeline',
      job: 'hello',
      user: 'ann',
      status: 'succeeded',
    });
    expect((await allLines(store, ref)).map(({ text }) => text)).toEqual([folder, 'hello to ann']);
    expect(told).toEqual([]);
  });

  test('exists when starting it has resolved, and may run several times at once', async () => {
    write('slow.yaml', 'sleep 60');
    const runner = await open();
    const refs = await Promise.all([runner.start({ job: 'slow' }), runner.start({ job: 'slow' })]);
    for (const ref of refs) expect((await store.getExecution(ref)).status).toBe('running');
    await runner[Symbol.asyncDispose]();
  });

  test('takes no variables but those it names, and what the service says of why it runs', async () => {
    write('a.yaml', 'echo "$A $EXECLOGS_PLAN_ID"', 'env: { A: a }');
    await using runner = await open();
    const ref = await runner.start({ job: 'a', environment: { EXECLOGS_PLAN_ID: '7' } });
    await ended(ref.execution);
    expect((await allLines(store, ref)).map(({ text }) => text)).toEqual(['a 7']);
    const { code, message } = await refusal(runner.start({ job: 'a', environment: { LD_PRELOAD: './x.so' } }));
    expect([code, message]).toEqual(['invalidRequest', expect.stringMatching(/"LD_PRELOAD".*It takes A\./)]);
  });

  test('that is not there, is off or damaged is refused, and leaves no execution', async () => {
    write('off.yaml', 'true', 'enabled: false');
    writeFileSync(join(folder, 'broken.yaml'), 'name: [');
    await using runner = await open();
    const codes = [];
    for (const job of ['none', '../a', 'off', 'broken']) codes.push((await refusal(runner.start({ job }))).code);
    expect(codes).toEqual(['notFound', 'notFound', 'invalidRequest', 'invalidRequest']);
    expect((await store.listExecutions({})).executions).toEqual([]);
  });

  test('is refused while as many run as may', async () => {
    write('slow.yaml', 'sleep 60');
    write('quick.yaml', 'true');
    const runner = await open({ most: 1 });
    await runner.start({ job: 'slow' });
    expect((await refusal(runner.start({ job: 'quick' }))).code).toBe('throttled');
    await runner[Symbol.asyncDispose]();
  });

  test('that cannot be recorded does not begin', async () => {
    write('a.yaml', `touch ${join(folder, 'ran')}`);
    const failure = new LogError('unavailable', 'The store is away.');
    await using runner = await open({ openSink: () => Promise.reject(failure) });
    await expect(runner.start({ job: 'a' })).rejects.toBe(failure);
    expect((await runner.jobs()).map(({ id }) => id)).toEqual(['a']);
  });

  test('is asked to stop with its runner, and recorded as cancelled with the reason', async () => {
    write('slow.yaml', 'trap "echo going; exit 3" TERM; echo up; while :; do sleep 0.05; done');
    const runner = await open();
    const ref = await runner.start({ job: 'slow' });
    await up(ref);
    await runner[Symbol.asyncDispose]();
    expect(await store.getExecution(ref)).toMatchObject({
      status: 'cancelled',
      message: 'The service that ran it was stopped.',
    });
    // Its shell may have words of its own about that.
    expect((await allLines(store, ref)).map(({ text }) => text)).toContain('going');
    expect((await refusal(runner.start({ job: 'slow' }))).code).toBe('closed');
  });

  test('that does not listen is killed', async () => {
    write('deaf.yaml', 'trap "" TERM; echo up; while :; do sleep 0.05; done');
    const runner = await open();
    const ref = await runner.start({ job: 'deaf' });
    await up(ref);
    await runner[Symbol.asyncDispose]();
    expect(await store.getExecution(ref)).toMatchObject({ status: 'cancelled' });
  });
});

describe('cron', () => {
  test('starts what is due in a minute, and only that', async () => {
    write('due.yaml', 'true', 'cron: "30 4 * * *"');
    write('other.yaml', 'true', 'cron: "31 4 * * *"');
    write('off.yaml', 'true', 'cron: "30 4 * * *"\nenabled: false');
    write('never.yaml', 'true');
    const clock = new HandClock();
    await using runner = await open({ minutes: clock.minutes });
    await clock.tick('2026-03-02T04:29:00');
    await clock.tick('2026-03-02T04:30:00');
    await clock.settled();
    const { executions } = await store.listExecutions({});
    expect(executions.map(({ job, user }) => [job, user])).toEqual([['due', undefined]]);
    await ended(executions[0]?.id ?? '');
    expect((await runner.jobs()).length).toBe(4);
  });

  test('knows files that came later', async () => {
    const clock = new HandClock();
    await using runner = await open({ minutes: clock.minutes });
    write('late.yaml', 'true', 'cron: "* * * * *"');
    await clock.tick('2026-03-02T04:30:00');
    await clock.settled();
    const { executions } = await store.listExecutions({});
    expect(executions.map(({ job }) => job)).toEqual(['late']);
    await ended(executions[0]?.id ?? '');
    expect(await runner.jobs()).toHaveLength(1);
  });

  test('of several services runs in one, and in another when that one ends', async () => {
    write('due.yaml', 'true', 'cron: "* * * * *"');
    const lease = processLease();
    const [one, other] = [new HandClock(), new HandClock()];
    // The lease is that of the one who is there first.
    const first = await open({ lease, minutes: one.minutes, leaseEvery: 10 });
    const second = await open({ lease, minutes: other.minutes, leaseEvery: 10 });
    await one.tick('2026-03-02T04:30:00');
    await one.settled();
    expect((await store.listExecutions({})).executions).toHaveLength(1);
    await first[Symbol.asyncDispose]();
    await other.tick('2026-03-02T04:31:00');
    await other.settled();
    expect((await store.listExecutions({})).executions).toHaveLength(2);
    await second[Symbol.asyncDispose]();
  });

  test('tells once that the lease cannot be had, and goes on when it can', async () => {
    write('due.yaml', 'true', 'cron: "* * * * *"');
    const clock = new HandClock();
    let asked = 0;
    const inner = processLease();
    const lease: Lease = {
      hold(work, signal) {
        if (asked++ < 3) return Promise.reject(new LogError('unavailable', 'Redis is away.'));
        return inner.hold(work, signal);
      },
    };
    await using runner = await open({ lease, minutes: clock.minutes, leaseEvery: 5 });
    await clock.tick('2026-03-02T04:30:00');
    await clock.settled();
    expect(told).toEqual(['nothing is started by itself: Redis is away.']);
    const { executions } = await store.listExecutions({});
    await ended(executions[0]?.id ?? '');
    expect(await runner.jobs()).toHaveLength(1);
  });

  test('reports what was due and could not begin, and starts the rest', async () => {
    write('a.yaml', 'sleep 60', 'cron: "* * * * *"');
    write('b.yaml', 'sleep 60', 'cron: "* * * * *"');
    const clock = new HandClock();
    const runner = await open({ minutes: clock.minutes, most: 1 });
    await clock.tick('2026-03-02T04:30:00');
    await clock.settled();
    expect(told).toEqual([expect.stringMatching(/^job b was due and did not begin: 1 pipelines run/)]);
    await runner[Symbol.asyncDispose]();
  });
});

test('what fails after a run has begun is told, for nobody waits for it any longer', async () => {
  write('a.yaml', 'echo up');
  const fails = async () => {
    throw new LogError('unavailable', 'The store cannot be closed.');
  };
  const openSink = async () => Object.assign(new TroubledSink(store), { [Symbol.asyncDispose]: fails });
  await using runner = await open({ openSink });
  const { execution } = await runner.start({ job: 'a' });
  await eventually(() => expect(told).toEqual([`${execution}: The store cannot be closed.`]));
});
