import { execFileSync } from 'node:child_process';
import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { LogError } from '../../src/model/errors.ts';
import { openSink, openSource } from '../../src/sources/open.ts';
import { Program, temporaryFolder } from './store/processes.ts';
import { eventually } from '../harness/eventually.ts';

interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Runs one try in a process of its own; nothing but its result may be said. */
async function attempt(args: readonly (string | number)[]): Promise<unknown> {
  await using program = new Program('attempt.ts', args);
  await program.exit;
  expect(await program.stderr).toBe('');
  return program.lines.at(-1);
}

async function refusedTo(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LogError)) throw new Error(`not refused, but ${String(error)}`);
  return { code: error.code, message: error.message };
}

async function list(path: string): Promise<unknown> {
  await using opened = await openSource(`sqlite:${path}`);
  return await opened.source.listExecutions({});
}

async function record(path: string): Promise<void> {
  await using sink = await openSink(`sqlite:${path}`);
  await sink.createExecution({ execution: 'e', name: 'e', startedAt: 0 });
}

describe('a store that cannot be used says so in words, by reading and by recording', () => {
  const bad: Readonly<Record<string, (path: string) => Promise<void>>> = {
    async 'of a newer version'(path) {
      await record(path);
      const db = new DatabaseSync(path);
      db.exec('PRAGMA user_version = 99');
      db.close();
    },
    async 'of another program'(path) {
      const db = new DatabaseSync(path);
      db.exec('CREATE TABLE cookies (id)');
      db.close();
    },
    'that is no database': (path) => writeFile(path, 'These are my notes.\n'.repeat(1_000)),
    'that is a folder': (path) => mkdir(path),
    async 'whose pages are damaged'(path) {
      await attempt([path, 'write', 3]);
      const file = await open(path, 'r+');
      const { size } = await file.stat();
      for (let at = 4_096; at < size; at += 512) await file.write(Buffer.alloc(256, 0xa5), 0, 256, at);
      await file.close();
    },
  };
  const words: Readonly<Record<string, RegExp>> = {
    'of a newer version': /newer Execution Logs.*Update.*EXECLOGS_HOME/,
    'of another program': /holds other data.*Move it away/,
    'that is no database': /damaged or none at all.*Move it away/,
    'that is a folder': /it is a folder/,
    'whose pages are damaged': /damaged or none at all.*Move it away/,
  };
  for (const [kind, make] of Object.entries(bad))
    it(kind, async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, 'store.sqlite');
      await make(path);
      const before = (await stat(path)).isFile() ? await readFile(path) : undefined;
      for (const refusal of [await refusedTo(list(path)), await refusedTo(record(path))]) {
        expect(refusal.code).toBe('unavailable');
        expect(refusal.message).toContain(path);
        expect(refusal.message).toMatch(words[kind] ?? /never/);
        expect(refusal.message).not.toMatch(/\n|at .*:\d+/);
      }
      if (before) expect((await readFile(path)).equals(before)).toBe(true);
    });
});

it('a store that must not be written to can still be read', async () => {
  await using folder = await temporaryFolder();
  const home = join(folder.path, 'home');
  const path = join(home, 'store.sqlite');
  await attempt([path, 'write', 3]);
  await chmod(folder.path, 0o755);
  await chmod(home, 0o555);
  await chmod(path, 0o444);
  // The superuser may write anywhere, so somebody else has to try.
  const user = process.getuid?.() === 0 ? [65_534] : [];
  expect(await attempt([path, 'read', 0, ...user])).toEqual({ last: [`line 3 ${'x'.repeat(10_000)}`] });
  expect(await attempt([path, 'write', 1, ...user])).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/cannot be written.*EXECLOGS_HOME/),
  });
  await chmod(home, 0o755);
});

it('a disk that is full is told; what was acknowledged stays, and recording goes on when there is room', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'store.sqlite');
  // A limit on the size of files, in blocks of 512 or 1,024 bytes, stands for a full disk; it can be raised from outside.
  await using program = new Program('attempt.ts', [path, 'write', 600], { before: 'ulimit -S -f 1500' });
  await eventually(() => expect(program.lines.length).toBe(1));
  const { written, refused } = program.lines[0] as { written: number; refused: Refusal };
  expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/disk/) });
  expect(written).toBeGreaterThan(0);
  expect(await attempt([path, 'read'])).toEqual({ last: [`line ${written} ${'x'.repeat(10_000)}`] });
  execFileSync('prlimit', [`--pid=${String(program.child.pid)}`, '--fsize=unlimited']);
  program.child.stdin?.end('go on\n');
  await program.exit;
  expect(program.lines.at(-1)).toEqual({ written: 600 });
  expect(await attempt([path, 'read'])).toEqual({ last: [`line 600 ${'x'.repeat(10_000)}`] });
});

it('a store that is not there yet is empty, and watched until it appears', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'not', 'yet', 'store.sqlite');
  await using opened = await openSource(`sqlite:${path}`);
  expect((await opened.source.listExecutions({})).executions).toEqual([]);
  const change = opened.source.watch({})[Symbol.asyncIterator]().next();
  await record(path);
  expect((await change).value).toEqual({ execution: 'e' });
  expect((await opened.source.listExecutions({})).executions.length).toBe(1);
});

it('a store that is moved away while open is let go, and the next one is read', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'store.sqlite');
  await attempt([path, 'write', 1]);
  await using opened = await openSource(`sqlite:${path}`);
  expect((await opened.source.listExecutions({})).executions.length).toBe(1);
  const leave = new AbortController();
  const changes = opened.source.watch({}, { signal: leave.signal })[Symbol.asyncIterator]();
  const change = changes.next();
  await rename(path, `${path}.old`);
  await rm(`${path}-wal`, { force: true });
  await rm(`${path}-shm`, { force: true });
  await using sink = await openSink(`sqlite:${path}`);
  await sink.createExecution({ execution: 'new', name: 'new', startedAt: 0 });
  expect((await change).value).toEqual({ execution: 'new' });
  expect((await opened.source.listExecutions({})).executions.map(({ id }) => id)).toEqual(['new']);
  leave.abort();
});

it('only its owner may read what is recorded', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'home', 'store.sqlite');
  await record(path);
  expect((await stat(path)).mode & 0o077).toBe(0);
  expect((await stat(join(folder.path, 'home'))).mode & 0o077).toBe(0);
});
