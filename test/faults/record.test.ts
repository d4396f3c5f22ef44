import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linesOf } from '../../src/base/lineBatch.ts';
import { LogError } from '../../src/model/errors.ts';
import { lineFlag } from '../../src/model/line.ts';
import type { LogSource } from '../../src/model/source.ts';
import { openSource } from '../../src/sources/open.ts';
import { ended, printed, Program, signalGroup } from '../harness/program.ts';

let program: Program;
beforeEach(() => {
  program = new Program();
});
afterEach(() => {
  program[Symbol.dispose]();
});

/** How many lines the newest execution has, as a reader sees them: those are flushed. */
async function flushedLines(source: LogSource): Promise<{ execution: string; lines: number }> {
  const { executions } = await source.listExecutions({ limit: 1 });
  const execution = executions[0]?.id ?? '';
  try {
    const page = await source.readLog({ execution, step: 'command', host: 'local', position: { at: 'end' } });
    return { execution, lines: page.total ?? 0 };
  } catch (error) {
    if (error instanceof LogError && error.code === 'notFound') return { execution, lines: 0 };
    throw error;
  }
}

describe('killed at any moment', () => {
  test('all flushed lines are there, the execution is interrupted, and the next run works', async () => {
    await program.run('run', '--', 'echo', 'first');
    const { source } = await openSource(`sqlite:${join(program.home, 'store.sqlite')}`);
    await using _ = source;
    const counting = 'i=0; while :; do i=$((i+1)); echo "line $i"; done';
    const killed: { execution: string; lines: number }[] = [];
    for (let round = 0; round < 20; round++) {
      const child = program.start('run', '--', 'sh', '-c', counting);
      const end = ended(child);
      // Each round dies at another point: as soon as it has begun, and up to some ten thousand lines later.
      await printed(child, `line ${4 ** (round % 8)}\n`);
      killed.push(await flushedLines(source));
      signalGroup(child, 'SIGKILL');
      await end;
    }
    expect((await program.run('run', '--', 'echo', 'next')).code).toBe(0);
    for (const { execution, lines } of killed) {
      await expect.poll(async () => (await source.getExecution({ execution })).status).toBe('interrupted');
      let next = 1;
      for await (const page of source.tailLog({ execution, position: { at: 'start' } })) {
        for (const { text } of linesOf(page.lines)) expect(text).toBe(`line ${next++}`);
      }
      expect(next).toBeGreaterThan(lines);
    }
    expect((await program.json<{ status: string }>('list', '--status', 'interrupted')).length).toBeGreaterThanOrEqual(
      19,
    );
  });

  test.each([
    ['at once', () => Promise.resolve()],
    ['when the store is made', () => expect.poll(() => existsSync(join(program.home, 'store.sqlite'))).toBe(true)],
    ['when the execution is there', () => expect.poll(() => program.json('list')).toHaveLength(1)],
  ])('%s, before the command has said anything', async (_, moment) => {
    const child = program.start('run', '--', 'sleep', '30');
    const end = ended(child);
    await once(child, 'spawn');
    await moment();
    signalGroup(child, 'SIGKILL');
    await end;
    expect((await program.run('run', '--', 'echo', 'next')).code).toBe(0);
    expect((await program.lines()).map(({ text }) => text)).toEqual(['next']);
  });
});

describe('output of every kind', () => {
  test('10 MB of noise', async () => {
    const { code, stdout } = await program.run(
      'run',
      '--',
      'sh',
      '-c',
      'head -c 10000000 /dev/urandom | tee /dev/stderr | wc -c',
    );
    expect([code, stdout.trim()]).toEqual([0, '10000000']);
    const { steps } = await program.shown();
    const lines = await program.lines();
    expect(lines).toHaveLength(steps[0]?.hosts[0]?.lines ?? 0);
    expect(lines.length).toBeGreaterThan(10_000);
    expect(lines.some(({ flags }) => flags & lineFlag.invalidUtf8)).toBe(true);
  });

  test('lines of 5 MB, NUL, and a million empty lines', async () => {
    const script = [
      `head -c 5000000 /dev/zero | tr '\\0' x; echo`,
      `printf 'a\\0b\\n'`,
      `yes '' | head -n 1000000`,
      `head -c 5000000 /dev/zero | tr '\\0' y`,
    ].join('; ');
    expect((await program.run('run', '-q', '--', 'sh', '-c', script)).code).toBe(0);
    const { steps } = await program.shown();
    expect(steps[0]?.hosts[0]?.lines).toBe(1_000_003);
    const long = await program.json<{ text: string; number: number }>('logs', 'latest', '--grep', 'xxxx');
    expect(long.map(({ text, number }) => [text.length, number])).toEqual([[5_000_000, 1]]);
    const [last] = await program.json<{ text: string; number: number }>('logs', 'latest', '--limit', '1');
    expect([last?.text.length, last?.number]).toEqual([5_000_000, 1_000_003]);
    const [nul] = await program.json<{ text: string }>('logs', 'latest', '--grep', 'a.b', '--regex');
    expect(nul?.text).toBe('a\u0000b');
  });

  test('a progress bar is one line as soon as it ends, and printed as it looked in the end', async () => {
    const script = 'for i in 1 2 3; do printf "\\r%s0 %%" $i; done; echo; printf "\\033]0;title\\007\\033[2Jplain\\n"';
    await program.run('run', '--', 'sh', '-c', script);
    expect((await program.lines()).map(({ text }) => text)).toEqual([
      '\r10 %\r20 %\r30 %',
      '\u001b]0;title\u0007\u001b[2Jplain',
    ]);
    expect((await program.run('logs', 'latest')).stdout).toBe('30 %\nplain\n');
  });
});

describe('as if it were not there', () => {
  test('stdin goes to the command, stdout and stderr come as they are, the exit code is passed on', async () => {
    const child = program.start(
      'run',
      '--',
      'sh',
      '-c',
      'read -r line; printf "got %s" "$line"; printf "\\033[31mred\\377" >&2; exit 42',
    );
    child.stdin?.end('hello\nmore\n');
    const { code, stdout, stderr } = await ended(child);
    expect([code, stdout]).toEqual([42, 'got hello']);
    expect(stderr).toContain('\u001b[31mred');
    expect(stderr).toMatch(/failed in .*exit code 42/);
  });

  test('a reader who leaves ends the command, quietly', async () => {
    const child = program.start('run', '--', 'yes');
    await printed(child, 'y\n');
    child.stdout?.destroy();
    const { code, stderr } = await ended(child);
    expect(code).toBe(141);
    expect(stderr).toContain('ended by SIGPIPE');
    expect(stderr).not.toMatch(/EPIPE|Error| at /);
    expect(await program.shown()).toMatchObject({ status: 'failed' });
  });

  test('Node says nothing about SQLite, and nothing but the object is on stdout with --json', async () => {
    const { stdout, stderr } = await program.run('run', '--json', '--', 'echo', 'hi');
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(stderr).toMatch(/^hi\n/);
    expect(stderr).not.toContain('Warning');
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends a command as cancelled, with all it said',
    async (signal) => {
      const script = 'trap "echo bye; exit 5" INT TERM HUP; echo on; while :; do sleep 0.02; done';
      const child = program.start('run', '--', 'sh', '-c', script);
      const end = ended(child);
      await printed(child, 'on\n');
      signalGroup(child, signal);
      expect((await end).code).toBe(5);
      expect(await program.shown()).toMatchObject({ status: 'cancelled', message: `stopped by ${signal}` });
      // The shell may tell of its sleep that was ended, too.
      expect((await program.lines()).map(({ text }) => text)).toEqual(expect.arrayContaining(['on', 'bye']));
    },
  );

  test('Ctrl-C ends a pipeline with all its processes, and its hooks run', async () => {
    const file = join(program.home, 'p.yaml');
    writeFileSync(
      file,
      'name: P\nhosts: [a, b]\npost: [{ name: after, run: echo bye }]\nmodules: [{ name: M, tasks: [{ name: T, steps: [{ name: s, run: echo on; sleep 61.5 | sleep 61.5 }, { name: t, run: echo }] }] }]\n',
    );
    const child = program.start('run', file);
    const end = ended(child);
    await printed(child, '[b] on\n');
    signalGroup(child, 'SIGINT');
    expect((await end).code).toBe(130);
    const shown = await program.shown();
    expect(shown.status).toBe('cancelled');
    expect(shown.steps.map(({ status }) => status)).toEqual(['cancelled', 'skipped', 'succeeded']);
    expect(() => execFileSync('pgrep', ['-f', 'sleep 61[.]5'])).toThrow();
  });

  test('a second Ctrl-C kills what does not listen', async () => {
    const script = 'trap "echo no" INT; echo on; while :; do sleep 0.02; done';
    const child = program.start('run', '--', 'sh', '-c', script);
    const end = ended(child);
    await printed(child, 'on\n');
    signalGroup(child, 'SIGINT');
    await printed(child, 'no\n');
    signalGroup(child, 'SIGINT');
    expect((await end).code).toBe(137);
    expect(await program.shown()).toMatchObject({ status: 'cancelled' });
  });
});

describe('a full disk', () => {
  let mount: string;
  let full: Program;
  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), 'execlogs-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', mount]);
    writeFileSync(join(mount, 'ballast'), Buffer.alloc(77 * 1024 * 1024));
    full = new Program(mount);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', mount]);
    rmSync(mount, { recursive: true });
  });

  test('is said, the command goes on, and what was recorded stays', async () => {
    const script = 'head -c 6000000 /dev/urandom | base64; echo the end; exit 3';
    const { code, stdout, stderr } = await full.run('run', '--', 'sh', '-c', script);
    expect(code).toBe(3);
    expect(stdout.endsWith('the end\n')).toBe(true);
    expect(stderr).toMatch(/execlogs: .*(full|space)/i);
    expect(stderr).toMatch(/lines were not recorded/);
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/);
    const recorded = await full.lines();
    expect(recorded.length).toBeGreaterThan(0);
    expect(stdout.startsWith(recorded.map(({ text }) => `${text}\n`).join(''))).toBe(true);
  });

  test('that is emptied is written to again, and the log tells what is missing', async () => {
    const script = 'head -c 20000000 /dev/urandom | base64; echo written >&2; read -r line; echo "$line"';
    const child = full.start('run', '--', 'sh', '-c', script);
    let stderr = '';
    child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    child.stdout?.resume();
    await expect.poll(() => stderr, { timeout: 20_000 }).toMatch(/full/i);
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('written');
    rmSync(join(mount, 'ballast'));
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('recording again');
    child.stdin?.end('and on\n');
    expect((await ended(child)).code).toBe(0);
    const lines = await full.lines();
    expect(lines.at(-1)?.text).toBe('and on');
    expect(lines.filter(({ stream }) => stream === 'system')).toHaveLength(1);
    expect(await full.shown()).toMatchObject({ status: 'succeeded' });
  });
});
