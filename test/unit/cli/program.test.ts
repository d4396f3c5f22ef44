import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExecutionSummary } from '../../../src/model/execution.ts';
import type { Statistics } from '../../../src/model/statistics.ts';
import type { LogLine } from '../../../src/model/line.ts';
import { Program, ended } from '../../harness/program.ts';

let program: Program;
let first: string;
let second: string;

beforeAll(async () => {
  program = new Program();
  await program.run(
    'run',
    '--name',
    'first',
    '--',
    'sh',
    '-c',
    'for i in 1 2 3 4 5; do echo "Line $i"; done; echo "error: no" >&2',
  );
  const file = join(program.home, 'p.yaml');
  writeFileSync(
    file,
    'name: second\nhosts: [a, b]\nmodules: [{ name: M, tasks: [{ name: T, steps: [{ name: Say, run: echo "on $EXECLOGS_HOST" }, { name: End, run: echo end }] }] }]\n',
  );
  await program.run('run', file);
  const [newest, oldest] = await program.json<ExecutionSummary>('list');
  [first, second] = [oldest?.id ?? '', newest?.id ?? ''];
});
afterAll(() => {
  program[Symbol.dispose]();
});

async function texts(...typed: string[]): Promise<string[]> {
  return (await program.json<LogLine>(...typed)).map(({ text }) => text);
}

describe('list', () => {
  test('tells executions, newest first, of a status, with a text, at most so many', async () => {
    const names = async (...typed: string[]) =>
      (await program.json<ExecutionSummary>('list', ...typed)).map(({ name }) => name);
    expect(await names()).toEqual(['second', 'first']);
    expect(await names('--limit', '1')).toEqual(['second']);
    expect(await names('--text', 'FIR')).toEqual(['first']);
    expect(await names('--status', 'failed,running')).toEqual([]);
    expect(await names('--job', 'p')).toEqual(['second']);
    expect(await names('--job', 'q')).toEqual([]);
    expect((await program.run('list')).stdout).toMatch(/^execution +status +time +started +name\n.*second\n.*first\n$/);
  });
});

describe('stats', () => {
  test('counts what was recorded, of one, of a job, and of everything', async () => {
    const [one] = await program.json<Statistics>('stats', first);
    expect(one).toMatchObject({ lines: 6, levels: { error: 1 }, errors: [{ text: 'error: no', count: 1 }] });
    const [job] = await program.json<Statistics>('stats', '--job', 'p');
    expect(job).toMatchObject({
      lines: 4,
      steps: [{ lines: 2 }, { lines: 2 }],
      executions: { statuses: { succeeded: 1 } },
    });
    const shown = await program.run('stats');
    expect(shown.stdout).toMatch(/^10 lines: 1 error\n2 succeeded · took [^]*error: no +1 /);
    expect((await program.json<Statistics>('stats', '--since', '2999-01-01'))[0]).toMatchObject({ lines: 0 });
    expect((await program.run('stats', '--since', 'soon')).code).toBe(2);
    expect((await program.run('stats', first, '--job', 'p')).code).toBe(2);
  });
});

describe('gc', () => {
  test('deletes what ended long ago, and shows it first when asked', async () => {
    using other = new Program();
    await other.run('run', '--', 'true');
    expect((await other.run('gc')).stderr).toBe('execlogs: 0 executions that ended more than 90 days ago deleted\n');
    expect((await other.run('gc', '--older-than', 'forever')).code).toBe(2);
    const dry = await other.run('gc', '--older-than', '0d', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('succeeded')]);
    expect(dry.stderr).toBe('execlogs: 1 execution that ended more than 0 days ago would be deleted\n');
    const [deleted] = await other.json<ExecutionSummary>('gc', '--older-than', '0h');
    expect(deleted?.name).toBe('true');
    expect(await other.json<ExecutionSummary>('list')).toEqual([]);
  });

  test('deletes the oldest until what is left is small enough', async () => {
    using other = new Program();
    for (const name of ['first', 'second'])
      await other.run('run', '--', 'sh', '-c', `: ${name}; head -c 3000000 /dev/zero | tr '\\0' x | fold -w 100`);
    expect((await other.run('gc', '--max-size', 'plenty')).code).toBe(2);
    const dry = await other.run('gc', '--max-size', '5MB', '--dry-run');
    expect(dry.stderr).toMatch(/^execlogs: all takes \d\.\d MB: the oldest would be deleted, about \d\.\d MB\n$/);
    const { code, stderr } = await other.run('gc', '--max-size', '5MB');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^execlogs: 1 execution deleted; what is left takes 3\.\d MB\n$/),
    ]);
    const left = await other.json<ExecutionSummary>('list');
    expect(left.map(({ name }) => name)).toEqual([expect.stringContaining('second')]);
  });
});

describe('show', () => {
  test('tells failures that do not matter apart', async () => {
    using other = new Program();
    const file = join(other.home, 'ignoring.yaml');
    writeFileSync(
      file,
      'name: I\nmodules: [{ name: M, tasks: [{ name: T, steps: [{ name: S, run: exit 3, ignoreError: true }] }] }]\n',
    );
    await other.run('run', file);
    expect((await other.run('show', 'latest')).stdout).toMatch(/failed \(ignored\) +3 /);
    expect((await other.shown()).steps[0]?.hosts).toMatchObject([{ status: 'failed', ignored: true }]);
  });

  test('tells steps and hosts', async () => {
    const shown = await program.shown();
    expect(shown).toMatchObject({ id: second, name: 'second', kind: 'pipeline', status: 'succeeded' });
    expect(shown.steps.map(({ id, hosts }) => [id, hosts.map(({ name, lines }) => [name, lines])])).toEqual([
      [
        'say',
        [
          ['a', 1],
          ['b', 1],
        ],
      ],
      [
        'end',
        [
          ['a', 1],
          ['b', 1],
        ],
      ],
    ]);
    expect((await program.run('show', 'latest')).stdout).toContain('M › T › Say');
  });
});

describe('logs', () => {
  test('prints all, the last, what follows a pointer and what stands before it', async () => {
    const lines = await program.json<LogLine>('logs', first);
    expect(lines.map(({ text }) => text)).toEqual(['Line 1', 'Line 2', 'Line 3', 'Line 4', 'Line 5', 'error: no']);
    expect(lines[0]).toMatchObject({ number: 1, stream: 'stdout', step: 'command', host: 'local' });
    const at = lines[2]?.pointer ?? '';
    expect(await texts('logs', first, '--limit', '2')).toEqual(['Line 5', 'error: no']);
    expect(await texts('logs', first, '--after', at, '--limit', '1')).toEqual(['Line 4']);
    expect(await texts('logs', first, '--before', at)).toEqual(['Line 1', 'Line 2']);
    expect(await texts('logs', first, '--before', at, '-n', '1')).toEqual(['Line 2']);
  });

  test('prints only lines that match', async () => {
    expect(await texts('logs', first, '--grep', 'line [24]', '--regex')).toEqual(['Line 2', 'Line 4']);
    expect(await texts('logs', first, '--grep', 'line', '--match-case')).toEqual([]);
    expect(await texts('logs', first, '--grep', 'line', '--ignore-case', '--exclude', '3', '-n', '2')).toEqual([
      'Line 4',
      'Line 5',
    ]);
    expect(await texts('logs', first, '--level', 'error')).toEqual(['error: no']);
    expect(await texts('logs', first, '--stream', 'stderr')).toEqual(['error: no']);
  });

  test('prints a step or a host of it, by id or name', async () => {
    expect(await texts('logs', second, '--step', 'Say', '--host', 'b')).toEqual(['on b']);
    expect((await texts('logs', 'latest', '--step', 'say')).toSorted()).toEqual(['on a', 'on b']);
    expect((await program.run('logs', 'latest', '--step', 'say', '--grep', 'on a')).stdout).toBe('say/a on a\n');
    expect((await program.run('logs', 'latest', '--step', 'say', '--host', 'a')).stdout).toBe('on a\n');
  });

  test('finds an execution by the beginning of its id', async () => {
    expect(await texts('logs', first.slice(0, 24), '--limit', '1')).toEqual(['error: no']);
    const { code, stderr } = await program.run('logs', first.slice(0, 3));
    expect([code, stderr]).toEqual([2, expect.stringContaining('Say more of the id')]);
  });
});

describe('tail', () => {
  test('prints what is there and ends with the execution', async () => {
    expect(await texts('tail', first, '--grep', 'line')).toEqual(['Line 1', 'Line 2', 'Line 3', 'Line 4', 'Line 5']);
    expect(await texts('tail', first, '--limit', '1')).toEqual(['error: no']);
  });

  test('prints what is written while it waits', async () => {
    const run = program.start('run', '--name', 'third', '--', 'sh', '-c', 'echo 1; read -r line; echo "$line"');
    run.stdout?.resume();
    await expect.poll(() => texts('logs', 'latest')).toEqual(['1']);
    const tail = program.run('tail', 'latest', '--json');
    run.stdin?.end('2\n');
    const { code, stdout } = await tail;
    expect([code, stdout.split('\n').length]).toEqual([0, 3]);
    expect(await program.shown()).toMatchObject({ name: 'third', status: 'succeeded' });
  });
});

describe('what goes wrong is told in a line, with a code', () => {
  test.each<[number, RegExp, string[]]>([
    [2, /Usage: execlogs <verb>/, []],
    [2, /There is no verb "nope"; there is run, list/, ['nope']],
    [2, /There is no verb "constructor"/, ['constructor']],
    [2, /Unknown option '--nope'/, ['list', '--nope']],
    [2, /Which execution/, ['show']],
    [2, /What is to be run/, ['run']],
    [2, /put "--" before it: execlogs run -- npm test/, ['run', 'npm', 'test']],
    [3, /There is no pipeline no\.yaml/, ['run', 'no.yaml']],
    [2, /begins with one of/, ['list', '--from', 'nowhere:x']],
    [2, /--before and --after/, ['logs', 'latest', '--before', 'a', '--after', 'b']],
    [2, /regular expression/, ['logs', 'latest', '--grep', '(', '--regex']],
    [2, /pointer/i, ['logs', 'latest', '--after', 'nonsense']],
    [3, /no step "nope"/, ['logs', 'latest', '--step', 'nope']],
    [3, /./, ['show', 'zzzz']],
    [2, /is a folder\. Name the pipeline/, ['run', tmpdir()]],
    [127, /command not found/, ['run', '--', 'no-such-command']],
  ])('%i %s', async (code, words, typed) => {
    const ended = await program.run(...typed);
    expect(ended.stderr).toMatch(words);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).not.toMatch(/\n {4}at /);
  });

  test('with file, line and column when it is a pipeline', async () => {
    const file = join(program.home, 'wrong.yaml');
    writeFileSync(file, 'name: P\nmodule: []\n');
    const { code, stderr } = await program.run('run', file);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:2:1: a pipeline has no "module" (did you mean "modules"?)`);
  });

  test('and a damaged store is no crash', async () => {
    const home = mkdtempSync(join(tmpdir(), 'execlogs-damaged-'));
    using damaged = new Program(home);
    writeFileSync(join(home, 'store.sqlite'), Buffer.alloc(20_000, 'no database'));
    for (const typed of [['list'], ['run', '--', 'touch', join(home, 'ran')]]) {
      const { code, stdout, stderr } = await damaged.run(...typed);
      expect([code, stdout]).toEqual([4, '']);
      expect(stderr).toMatch(/^execlogs: [^\n]+\n$/);
    }
    expect(readdirSync(home)).not.toContain('ran');
    rmSync(home, { recursive: true, force: true });
  });

  test('and a folder that is gone is told with what to do, and nothing is run in it', async () => {
    using program = new Program();
    const gone = ['sh', '-c', 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"', `${program.home}/gone`];
    const { code, stdout, stderr } = await ended(program.startUnder(gone, 'run', '--', 'echo', 'ran'));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('execlogs: The folder that you are in is no longer there. Change to another one.\n');
  });
});

test('help is printed for the program and for each verb', async () => {
  expect((await program.run('--help')).stdout).toContain('run <pipeline.yaml>');
  for (const verb of ['run', 'list', 'show', 'logs', 'tail']) {
    const { code, stdout } = await program.run(verb, '--help');
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^Usage: execlogs ${verb} `))]);
  }
  expect((await program.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
