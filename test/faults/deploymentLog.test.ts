import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { ended, printed, Program, signalGroup } from '../harness/program.ts';

let program: Program;
let folder: string;
beforeEach(() => {
  program = new Program();
  folder = join(program.home, 'logs');
});
afterEach(() => {
  program[Symbol.dispose]();
});

/** As a program in Python reads it: with the keys of the original only. */
interface Kept {
  readonly status: string;
  readonly end_time: string | null;
  readonly steps: readonly {
    readonly step_id: number;
    readonly status: string;
    readonly error: string | null;
    readonly commands: readonly {
      readonly command: string;
      readonly success: boolean;
      readonly exit_code: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly stdout_length: number;
      readonly stderr_length: number;
    }[];
  }[];
  readonly summary?: Readonly<Record<string, number>>;
}

function kept(): Kept[] {
  return readdirSync(folder)
    .filter((name) => /^deploy_.*\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Kept);
}

function pipeline(...scripts: string[]): string {
  const file = join(program.home, 'pipeline.yaml');
  const steps = scripts.map((run, i) => ({ name: `step ${i + 1}`, run }));
  writeFileSync(file, JSON.stringify({ name: 'Roll out', modules: [{ name: 'm', tasks: [{ name: 't', steps }] }] }));
  return file;
}

describe('run --deployment-log', () => {
  test('keeps a command with what it wrote first, and counts what it cut', async () => {
    const script = 'printf "é%.0s" $(seq 1 1500); seq 1 1000 >&2; exit 3';
    const { code } = await program.run('run', '--deployment-log', folder, '--', 'sh', '-c', script);
    expect(code).toBe(3);
    const [file] = kept();
    expect(file).toMatchObject({
      status: 'failed',
      summary: { total_steps: 1, successful_steps: 0, total_commands: 1 },
    });
    const [command] = file?.steps[0]?.commands ?? [];
    expect(command).toMatchObject({ success: false, exit_code: 3, stdout_length: 1_500, stderr_length: 3_893 });
    expect(command?.stdout).toBe('é'.repeat(1_000));
    expect(command?.stderr).toHaveLength(500);
    expect((await program.lines()).length).toBe(1_001);
  });

  test('every read while a pipeline runs finds a whole file', async () => {
    const file = pipeline(...Array.from({ length: 60 }, (_, i) => `echo ${i}; seq 1 400`));
    const child = program.start('run', '--quiet', '--deployment-log', folder, file);
    const seen = new Set<number>();
    while (child.exitCode === null) {
      if (existsSync(folder)) for (const { steps } of kept()) seen.add(steps.length);
      await new Promise(setImmediate);
    }
    expect(seen.size).toBeGreaterThan(10);
    expect(kept()).toMatchObject([{ status: 'success', summary: { successful_steps: 60 } }]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  test('what had ended before kill -9 is there', async () => {
    const file = pipeline('echo one', 'echo two; exit 0', 'echo begun; sleep 60');
    const child = program.start('run', '--deployment-log', folder, file);
    const end = ended(child);
    await printed(child, 'begun');
    // What has only begun may be written a little later, on a slow disk.
    await eventually(() => expect(kept()[0]?.steps).toHaveLength(3));
    signalGroup(child, 'SIGKILL');
    await end;
    const [left] = kept();
    expect(left).toMatchObject({ status: 'running', end_time: null });
    expect(left?.steps.map(({ status, commands }) => [status, commands.map(({ stdout }) => stdout)])).toEqual([
      ['success', ['one\n']],
      ['success', ['two\n']],
      ['running', []],
    ]);
  });

  test('steps that are not run are skipped and say why, a run that is stopped is aborted', async () => {
    await program.run('run', '--deployment-log', folder, pipeline('exit 1', 'echo never'));
    expect(kept()[0]?.steps).toMatchObject([
      { step_id: 1, status: 'failed', error: 'exit code 1' },
      { step_id: 2, status: 'skipped', commands: [] },
    ]);
    const child = program.start(
      'run',
      '--deployment-log',
      folder,
      '--name',
      'stopped',
      '--',
      'sh',
      '-c',
      'echo go; sleep 60',
    );
    const end = ended(child);
    await printed(child, 'go');
    signalGroup(child, 'SIGTERM');
    await end;
    expect(
      kept()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['aborted', 'failed']);
  });

  test('runs of one name that begin at once have a file each', async () => {
    await Promise.all(
      Array.from({ length: 4 }, () => program.run('run', '--deployment-log', folder, '--name', 'a/b', '--', 'true')),
    );
    expect(readdirSync(folder)).toHaveLength(4);
    for (const name of readdirSync(folder)) expect(name).toMatch(/^deploy_a-b(-\d)?_\d{8}_\d{6}\.json$/);
  });

  test('a folder that cannot be written is told once, and the run goes on', async () => {
    writeFileSync(folder, 'in the way');
    const { code, stderr } = await program.run('run', '-q', '--deployment-log', folder, pipeline('echo 1', 'echo 2'));
    expect(code).toBe(0);
    expect(stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(stderr).toContain('The run goes on');
    expect((await program.lines()).map(({ text }) => text)).toEqual(['1', '2']);
    await eventually(async () => expect((await program.shown()).status).toBe('succeeded'));
  });
});
