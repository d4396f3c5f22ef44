import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import type { Execution } from '../../../../src/model/execution.ts';
import type { LogLine } from '../../../../src/model/line.ts';
import type { LogSink } from '../../../../src/model/sink.ts';
import { captureConsole } from '../../../../src/record/program/captureConsole.ts';
import { LateSink } from '../../../../src/record/program/lateSink.ts';
import { ProgramRecorder } from '../../../../src/record/program/programRecorder.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { diskFull, TroubledSink } from '../harness.ts';

function recorder(sink?: LogSink): { store: MemoryStore; program: ProgramRecorder; said: string[] } {
  const store = new MemoryStore();
  const said: string[] = [];
  return { store, said, program: new ProgramRecorder(sink ?? store, 'here', (words) => said.push(words)) };
}

async function executions(store: MemoryStore): Promise<Execution[]> {
  const { executions: listed } = await store.listExecutions({ limit: 1_000 });
  return Promise.all(listed.map(({ id }) => store.getExecution({ execution: id })));
}

async function only(store: MemoryStore): Promise<Execution> {
  const [one] = await executions(store);
  if (!one) throw new Error('nothing was recorded');
  return one;
}

async function lines(store: MemoryStore, execution: string): Promise<LogLine[]> {
  const page = await store.readLog({ execution, position: { at: 'start' }, limit: { lines: 100_000 } });
  return [...linesOf(page.lines)];
}

test('a run is an execution, its steps are steps, and what is logged lies in the step it is logged in', async () => {
  const { store, program, said } = recorder();
  const result = await program.run({ name: 'Import', job: 'import' }, async () => {
    program.log('info', 'before');
    const read = await program.step('Read it', async () => {
      program.log('warn', 'odd\nand long', { rows: 2, file: 'a.csv' });
      await pause(1);
      return program.step('Check', () => {
        program.log('debug', { a: 1 });
        return 5;
      });
    });
    program.log('notice', 'after');
    return read + 1;
  });
  expect([result, said]).toEqual([6, []]);
  const execution = await only(store);
  expect(execution).toMatchObject({ name: 'Import', job: 'import', kind: 'program', status: 'succeeded' });
  expect(execution.steps.map(({ id, name, order, path, status }) => [id, name, order, path, status])).toEqual([
    ['main', 'main', 1, undefined, 'succeeded'],
    ['read-it', 'Read it', 2, undefined, 'succeeded'],
    ['check', 'Check', 3, ['Read it'], 'succeeded'],
  ]);
  expect(
    (await lines(store, execution.id)).map(({ step, level, stream, text }) => [step, level, stream, text]).toSorted(),
  ).toEqual([
    ['check', 'debug', 'stdout', '{ a: 1 }'],
    ['main', 'info', 'stdout', 'before'],
    ['main', 'notice', 'stdout', 'after'],
    ['read-it', 'none', 'stderr', 'and long'],
    ['read-it', 'warn', 'stderr', 'odd'],
  ]);
  expect((await lines(store, execution.id)).find(({ text }) => text === 'odd')?.fields).toEqual({
    rows: '2',
    file: 'a.csv',
  });
});

test('runs and steps side by side are never mixed', async () => {
  const plan = fc.array(fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }), { maxLength: 4 }), {
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(plan, async (runs) => {
      const { store, program } = recorder();
      await Promise.all(
        runs.map((steps, r) =>
          program.run({ name: `run ${r}` }, () =>
            Promise.all(
              steps.map((waits, s) =>
                program.step(`step ${s}`, async () => {
                  for (const wait of waits) {
                    await (wait === 0 ? Promise.resolve() : pause(wait));
                    program.log('info', `${r} ${s}`);
                  }
                }),
              ),
            ),
          ),
        ),
      );
      for (const { id, name, steps } of await executions(store)) {
        const told = await lines(store, id);
        const wanted = runs[Number(name.slice('run '.length))] ?? [];
        expect(steps).toHaveLength(wanted.length);
        for (const line of told) expect(`run ${line.text}`).toBe(`${name} ${line.step.slice('step-'.length)}`);
        expect(told).toHaveLength(wanted.flat().length);
      }
    }),
    { numRuns: 30 },
  );
});

test('a step runs on several hosts side by side, and each has its own log', async () => {
  const { store, program } = recorder();
  const work = async (host: string) => {
    await pause(host === 'a' ? 10 : 1);
    program.log('info', `on ${host}`);
    if (host === 'b') throw new Error('no');
    return host.toUpperCase();
  };
  await expect(program.run({ name: 'r' }, () => program.stepOn('s', ['a', 'b'], work))).rejects.toThrow('no');
  await expect(program.run({ name: 'r' }, () => program.stepOn('s', ['a', 'c'], work))).resolves.toEqual(['A', 'C']);
  await expect(program.run({ name: 'r' }, () => program.stepOn('s', [], work))).resolves.toEqual([]);
  const failed = (await executions(store)).find(({ status }) => status === 'failed');
  // The other host was not left in the middle.
  expect(failed?.steps).toMatchObject([{ status: 'failed', hosts: { succeeded: 1, failed: 1 } }]);
  const told = await lines(store, failed?.id ?? '');
  expect(told.filter(({ level }) => level === 'info').map(({ host, text }) => `${host}: ${text}`)).toEqual([
    'b: on b',
    'a: on a',
  ]);
});

test('what is thrown ends step and run as failed, with its stack in the step, once', async () => {
  const { store, program } = recorder();
  const thrown = new Error('out of paper', { cause: new Error('nobody bought any') });
  const run = program.run({ name: 'r' }, () =>
    program.step('outer', () =>
      program.step('inner', () => {
        throw thrown;
      }),
    ),
  );
  await expect(run).rejects.toBe(thrown);
  const { id, status, message, steps } = await only(store);
  expect([status, message]).toEqual(['failed', 'out of paper']);
  expect(steps.map(({ id: step, status: one }) => `${step} ${one}`)).toEqual(['outer failed', 'inner failed']);
  const told = await lines(store, id);
  expect(new Set(told.map(({ step }) => step))).toEqual(new Set(['inner']));
  expect(told[0]).toMatchObject({ text: 'Error: out of paper', level: 'error', stream: 'stderr' });
  expect(told.some(({ text }) => /^ {4}at .*programRecorder\.test\.ts/.test(text))).toBe(true);
  expect(told.some(({ text }) => text.includes('nobody bought any'))).toBe(true);
});

test('what is thrown in no step is told in one of its own; what is given up is cancelled', async () => {
  const { store, program } = recorder();
  await expect(program.run({ name: 'r' }, () => Promise.reject(new Error('early')))).rejects.toThrow('early');
  const { id, steps } = await only(store);
  expect(steps).toMatchObject([{ id: 'main', status: 'failed' }]);
  expect((await lines(store, id))[0]?.text).toBe('Error: early');
  const given = new DOMException('enough', 'AbortError');
  const { store: other, program: second } = recorder();
  await expect(second.run({ name: 'r' }, () => second.step('s', () => Promise.reject(given)))).rejects.toBe(given);
  expect(await only(other)).toMatchObject({ status: 'cancelled', steps: [{ status: 'cancelled' }] });
});

test('what is logged after its step has ended lies in what is around it, and after the run nowhere', async () => {
  const { store, program, said } = recorder();
  const late = Promise.withResolvers<undefined>();
  const later: Promise<void>[] = [];
  await program.run({ name: 'r' }, async () => {
    await program.step('outer', async () => {
      await program.step('inner', () => {
        later.push(pause(5).then(() => program.log('info', 'late')));
        later.push(late.promise.then(() => program.log('info', 'too late')));
      });
      await later[0];
    });
    void program.step('forgotten', () => late.promise);
  });
  late.resolve(undefined);
  await Promise.all(later);
  const { id, status, steps } = await only(store);
  expect((await lines(store, id)).map(({ step, text }) => `${step}: ${text}`)).toEqual(['outer: late']);
  expect([status, steps.find((step) => step.id === 'forgotten')?.status]).toEqual(['succeeded', 'cancelled']);
  expect(said).toEqual(['too late']);
});

test('what belongs to no run is told, and what is to be done is done', async () => {
  const { program, said } = recorder();
  program.log('info', 'hello');
  program.metric('rows', 3);
  expect(await program.step('alone', () => 4)).toBe(4);
  expect(said).toEqual([
    'hello',
    'The metric "rows" (3) belongs to no run and is not recorded; call it within run().',
    'The step "alone" belongs to no run and is not recorded; call it within run().',
  ]);
});

test('metrics know their step', async () => {
  const { store, program } = recorder();
  await program.run({ name: 'r' }, async () => {
    program.metric('all', 1);
    await program.step('s', () => program.metric('rows', 12, 'rows'));
  });
  const { id } = await only(store);
  expect(await store.metrics({ execution: id })).toMatchObject([
    { name: 'all', value: 1 },
    { name: 'rows', value: 12, unit: 'rows', step: 's', host: 'local' },
  ]);
});

test('a sink that fails is told of, the program goes on, and what was missing is told in the log', async () => {
  const store = new MemoryStore();
  const sink = new TroubledSink(store);
  const { program, said } = recorder(sink);
  sink.failure = diskFull;
  const running = program.run({ name: 'r' }, async () => {
    program.log('info', 'one');
    await pause(50);
    sink.failure = undefined;
    return 'done';
  });
  expect(await running).toBe('done');
  expect(said).toEqual(['The disk is full. Make room. Trying again; the command goes on.', 'recording again']);
  expect((await lines(store, (await only(store)).id)).map(({ text }) => text)).toEqual(['one']);
});

test('a sink that is not there yet is opened when it is needed', async () => {
  const store = new MemoryStore();
  let attempts = 0;
  const sink = new LateSink(() => (++attempts < 3 ? Promise.reject(diskFull) : Promise.resolve(store)));
  const { program } = recorder(sink);
  await program.run({ name: 'r' }, () => program.log('info', 'x'));
  expect([attempts, (await only(store)).status]).toEqual([3, 'succeeded']);
});

test('a console can be recorded, too', async () => {
  const { store, program } = recorder();
  const stdout = new PassThrough();
  const printer = new Console(stdout);
  {
    using _ = captureConsole(printer, (text, stream, level) => program.write(text, stream, level));
    printer.log('outside');
    await program.run({ name: 'r' }, () => program.step('s', () => printer.log('%d rows', 3, { a: 1 })));
  }
  await program.run({ name: 'later' }, () => printer.log('afterwards'));
  expect(String(stdout.read())).toBe('outside\n3 rows { a: 1 }\nafterwards\n');
  const told = await Promise.all((await executions(store)).map(({ id }) => lines(store, id)));
  expect(told.flat().map(({ text }) => text)).toEqual(['3 rows { a: 1 }']);
});
