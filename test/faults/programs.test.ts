import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linesOf } from '../../src/base/lineBatch.ts';
import type { Execution } from '../../src/model/execution.ts';
import type { LogLine } from '../../src/model/line.ts';
import { openLocalSource } from '../../src/sources/local/source.ts';
import { bundleProgram, type BundledProgram } from '../harness/bundledProgram.ts';
import { ended, type Ended } from '../harness/program.ts';

const examples = join(import.meta.dirname, '../../examples/programs');

let bundle: BundledProgram;
let folder: string;
let service: ChildProcess;
let url: string;
beforeAll(async () => {
  bundle = await bundleProgram();
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
  const shim = join(folder, 'execlogs');
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${bundle.path}' "$@"\n`);
  chmodSync(shim, 0o755);
  service = start('execlogs', ['serve', '--port', '0', '--store', `sqlite:${store()}`]);
  service.stderr?.resume();
  const [line] = (await once(service.stdout ?? service, 'data')) as [Buffer];
  ({ url } = JSON.parse(line.toString()) as { url: string });
});
afterAll(async () => {
  service.kill();
  await once(service, 'exit');
  rmSync(folder, { recursive: true });
  await bundle[Symbol.asyncDispose]();
});

function store(name = 'served.sqlite'): string {
  return join(folder, name);
}

function start(command: string, typed: readonly string[]): ChildProcess {
  const PATH = [folder, process.env['PATH']].join(delimiter);
  const env = { PATH, EXECLOGS_HOME: folder, SERVICE: url };
  return spawn(command, typed, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function run(command: string, ...typed: string[]): Promise<Ended> {
  return ended(start(command, typed));
}

/** A module that records, as somebody would write it. */
async function program(body: string): Promise<Ended> {
  const file = join(folder, 'program.mjs');
  const recorder = join(bundle.path, '../recorder.mjs');
  writeFileSync(file, `import { openRecorder } from ${JSON.stringify(recorder)};\n${body}\n`);
  return run(process.execPath, file);
}

async function recorded(name: string, path = store()): Promise<{ execution: Execution; lines: LogLine[] }> {
  await using source = openLocalSource(path);
  const [found] = (await source.listExecutions({ filter: { text: name } })).executions;
  const execution = await source.getExecution({ execution: found?.id ?? '' });
  const page = await source.readLog({ execution: execution.id, position: { at: 'start' }, limit: { lines: 100_000 } });
  return { execution, lines: [...linesOf(page.lines)] };
}

const inStep = ({ step, host, level, text }: LogLine) => `${step}@${host} ${level}: ${text}`;

test('the example in Node records itself into a service', async () => {
  expect(await run(process.execPath, join(examples, 'import.mjs'), url)).toMatchObject({ code: 0, stderr: '' });
  const { execution, lines } = await recorded('Import orders');
  expect(execution).toMatchObject({ job: 'import-orders', kind: 'program', status: 'succeeded' });
  expect(execution.steps.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual([
    'check succeeded',
    'check-2 succeeded',
    'look succeeded',
    'main succeeded',
    'notify failed',
    'read succeeded',
  ]);
  const told = lines.map(inStep);
  expect(told).toContain('read@monday.csv info: reading monday.csv');
  expect(told).toContain('read@tuesday.csv info: reading tuesday.csv');
  expect(told).toContain('main@local warn: going on: nobody is there to be told');
  expect(told).toContain('notify@local error: Error: nobody is there to be told');
  expect(lines.find(({ step }) => step === 'look')?.fields).toEqual({ folder: 'inbox' });
});

test('the example in sh records itself into a service', async () => {
  const { code, stdout, stderr } = await run('sh', join(examples, 'import.sh'));
  expect([code, stderr]).toEqual([0, '']);
  const { execution, lines } = await recorded('Import orders (sh)');
  expect(execution).toMatchObject({ id: stdout.trim(), job: 'import-orders', status: 'succeeded' });
  expect(lines.map(inStep)).toEqual([
    'read@local none: reading monday.csv',
    'read@local none: just a text',
    'read@local warn: 2 rows are odd',
  ]);
  expect(lines[0]?.fields).toEqual({ folder: 'inbox' });
});

test('the example in Python records itself into a service', async () => {
  const { code, stdout, stderr } = await run('python3', join(examples, 'import.py'));
  expect([code, stderr]).toEqual([0, '']);
  const { execution, lines } = await recorded('Import orders (Python)');
  expect(execution).toMatchObject({ id: stdout.trim(), status: 'failed' });
  expect(execution.steps.map(({ id, status }) => `${id} ${status}`)).toEqual(['read succeeded', 'store failed']);
  const told = lines.map(inStep);
  expect(told.slice(0, 3)).toEqual([
    'read@local info: reading monday.csv',
    'read@local warn: 2 rows are odd',
    'store@local error: it broke',
  ]);
  expect(told.at(-1)).toMatch(/RuntimeError: the table is locked$/);
});

test('nothing is lost when a program just ends, closed or not', async () => {
  const to = `sqlite:${store('own.sqlite')}`;
  const ran = await program(`
    const { run, step, log } = await openRecorder({ to: ${JSON.stringify(to)} });
    await run('many lines', () => step('s', async () => {
      for (let i = 1; i <= 20000; i++) {
        log.info('line ' + i);
        if (i % 1000 === 0) await new Promise(setImmediate);
      }
    }));`);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const { execution, lines } = await recorded('many lines', store('own.sqlite'));
  expect(execution.status).toBe('succeeded');
  expect(lines.map(({ text }) => text)).toEqual(Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}`));
});

test('a program whose service is not there goes on, and says so', async () => {
  const ran = await program(`
    const { run, step, log, close } = await openRecorder({ to: 'executor+http://127.0.0.1:9' });
    console.log(await run('r', () => step('s', () => { log.info('x'); return 'done'; })));
    await close();`);
  expect([ran.code, ran.stdout]).toEqual([0, 'done\n']);
  expect(ran.stderr).toMatch(/the command goes on/);
  expect(ran.stderr).toMatch(/1 line was not recorded/);
});

test('a recorder is not opened for what is no connection', async () => {
  const ran = await program(`await openRecorder({ to: 'nonsense' }).catch((error) => console.log(error.message));`);
  expect(ran.stdout).toContain('is no connection');
});
