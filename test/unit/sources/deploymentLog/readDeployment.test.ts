import { describe, expect, test } from 'vitest';
import type { NewLine } from '../../../../src/base/lineBatch.ts';
import { commandLines } from '../../../../src/sources/deploymentLog/lines.ts';
import { readDeployment } from '../../../../src/sources/deploymentLog/readDeployment.ts';
import {
  deploymentCommand as command,
  deploymentFile as file,
  deploymentStep as step,
} from '../../../harness/deploymentLog/sample.ts';

function read(json: unknown) {
  const deployment = readDeployment(json);
  if (!deployment) throw new Error('it is no deployment log');
  return deployment;
}

function textsOf(json: unknown, at = 0): NewLine['text'][] {
  return (read(json).steps[at]?.commands ?? []).flatMap((one) => commandLines(one).map(({ text }) => text));
}

describe('version 2', () => {
  test('a run is named for its repository and has local times', () => {
    expect(read(file({ status: 'aborted', end_time: '2026-03-01T10:05:00' }))).toMatchObject({
      name: 'shop',
      status: 'cancelled',
      rawStatus: 'aborted',
      startedAt: new Date(2026, 2, 1, 10, 0, 0, 250).getTime(),
      endedAt: new Date(2026, 2, 1, 10, 5).getTime(),
    });
    expect(read(file({ repo_url: 'git@git.example.org:team/shop.git' })).name).toBe('shop');
    expect(read(file({ repo_url: 'make / all' })).name).toBe('make / all');
  });

  test('its own word is kept where it says more than ours', () => {
    for (const word of ['success', 'SUCCESS', 'timeout'])
      expect(read(file({ status: word }))).not.toHaveProperty('rawStatus');
    for (const word of ['max_iterations', 'aborted', 'rolled back'])
      expect(read(file({ status: word }))).toHaveProperty('rawStatus', word);
  });

  test('steps are known by their ids, and those that are missing stand in the plan', () => {
    const steps = [step(1, { status: 'success' }), step(3, { status: 'skipped' })];
    const states = (status: string) => read(file({ steps, status })).steps.map((one) => [one.id, one.name, one.status]);
    expect(states('running')).toEqual([
      ['1', 'Fetch', 'succeeded'],
      ['2', 'Install', 'pending'],
      ['3', 'Start', 'skipped'],
      ['4', 'Verify', 'pending'],
    ]);
    expect(states('success').map(([, , status]) => status)).toEqual(['succeeded', 'skipped', 'skipped', 'skipped']);
  });

  test('a command reads as what was run, what it wrote and how it ended', () => {
    const failed = command('npm ci', 9, { success: false, exit_code: 127, stdout: 'a\nb', stderr: 'no npm\n' });
    const json = file({ steps: [step(1, { commands: [command('git pull', 1), failed] })] });
    const [one, two] = read(json).steps[0]?.commands ?? [];
    if (!one || !two) throw new Error('commands are missing');
    expect(commandLines(one).map(({ text, stream }) => [stream, text])).toEqual([
      ['system', '$ git pull'],
      ['stdout', 'did git pull'],
    ]);
    const time = new Date(2026, 2, 1, 10, 1, 9, 500).getTime();
    const fields = { iteration: '2', exit_code: '127' };
    expect(commandLines(two)).toEqual([
      { text: '$ npm ci', stream: 'system', time, fields },
      { text: 'a', stream: 'stdout', time, fields },
      { text: 'b', stream: 'stdout', time, fields },
      { text: 'no npm', stream: 'stderr', time, fields },
      { text: 'exit code 127', stream: 'system', level: 'error', time, fields },
    ]);
  });

  test('output that was cut is marked, as the file says or as its length gives away', () => {
    const commands = [
      command('a', 1, { stdout: 'x'.repeat(1_000), stderr: 'e'.repeat(499) }),
      command('b', 2, { stdout: 'é🎉'.repeat(500), stderr: 'e'.repeat(500) }),
      command('c', 3, { stdout: 'x'.repeat(1_000), stdout_length: 1_000, stderr: 'e', stderr_length: 7_000 }),
    ];
    const marks = textsOf(file({ steps: [step(1, { commands })] })).filter((text) =>
      String(text).startsWith('The file keeps'),
    );
    expect(marks).toEqual([
      expect.stringContaining('first 1,000 characters of stdout'),
      expect.stringContaining('first 1,000 characters of stdout'),
      expect.stringContaining('first 500 characters of stderr'),
      'The file keeps the first 1 characters of stderr; 7,000 were written.',
    ]);
  });

  test('questions, compressions, results, errors and the summary are said', () => {
    const said = step(1, {
      status: 'failed',
      user_interactions: [{ question: 'Which port?', response: '80' }],
      compression_events: [{ commands_compressed: 4, commands_kept: 2, trigger_reason: 'too long' }],
      compressed_history: 'it was long',
      structured_outputs: { summary: 'no', key_info: { port: 80 } },
      error: 'in use',
    });
    const ended = { status: 'failed', execution_summary: { strategy: 'docker' }, summary: { total_steps: 4 } };
    const { steps, message } = read(file({ steps: [said], ...ended }));
    expect(steps[0]?.remarks.map(({ words }) => words)).toEqual([
      'question: Which port?',
      'answer: 80',
      'history compressed: 4 commands compressed, 2 kept, too long',
      'compressed history: it was long',
      'result: no',
      'port: 80',
      'error: in use',
    ]);
    expect(message).toBe('in use');
    expect(steps.at(-1)).toMatchObject({
      id: 'summary',
      remarks: [{ words: 'strategy: docker' }, { words: 'total steps: 4' }],
    });
  });

  test('older files say less, and more', () => {
    const old = command('make', 1, { reasoning: 'it builds', extracted_output: 'ok' });
    const json = file({ host_info: undefined, steps: [step(1, { outputs: { summary: 'built' }, commands: [old] })] });
    expect(read(json).steps[0]).toMatchObject({ hosts: [{ name: 'local' }], remarks: [{ words: 'result: built' }] });
    expect(textsOf(json)).toEqual(['reasoning: it builds', '$ make', 'did make', 'extracted: ok']);
  });
});

test('version 1 is one step of what an agent did again and again', () => {
  const at = { timestamp: '2025-11-05T08:00:00' };
  const json = {
    repo_url: 'https://git.example.org/team/shop',
    target: 'ops@192.0.2.7:22',
    start_time: '2025-11-05T08:00:00',
    status: 'max_iterations',
    steps: [
      { iteration: 1, action: 'execute', command: 'ls', result: { success: true, exit_code: 0, stdout: 'a\n' }, ...at },
      { iteration: 2, action: 'ask_user', question: 'Go on?', result: { user_response: 'yes' }, ...at },
      { iteration: 3, action: 'execute', command: 'rm', result: 'FAILED', ...at },
      { iteration: 4, action: 'execute', command: 'cp', result: 'SUCCESS', ...at },
      { iteration: 5, action: 'done', message: 'that is all', result: 'SUCCESS', ...at },
    ],
  };
  expect(read(json)).toMatchObject({ name: 'shop', status: 'failed', rawStatus: 'max_iterations' });
  expect(textsOf(json)).toEqual(['$ ls', 'a', '$ rm', 'failed', '$ cp']);
  const [only] = read(json).steps;
  expect(only?.hosts).toMatchObject([{ name: 'ops@192.0.2.7:22' }]);
  expect(only?.remarks.map(({ words }) => words)).toEqual(['question: Go on?', 'answer: yes', 'done: that is all']);
});

test('whatever stands in a field, reading throws nothing', () => {
  const odd = [null, 7, -0.5, '', 'x', true, [], {}, [null], [[1]], { a: { b: null } }, '9'.repeat(500)];
  const whole = file({ steps: [step(1, { commands: [command('a', 1)] })], summary: {}, execution_summary: {} });
  const commandKeys = Object.keys(command('a', 1)).map((key) => ['steps', '0', 'commands', '0', key]);
  const stepKeys = Object.keys(step(1)).map((key) => ['steps', '0', key]);
  for (const path of [...Object.keys(whole).map((key) => [key]), ...stepKeys, ...commandKeys, ['plan', 'steps']])
    for (const value of odd) {
      const copy = structuredClone(whole);
      set(copy, path, value);
      const { steps } = read(copy);
      for (const { commands } of steps) for (const one of commands) commandLines(one);
    }
  for (const none of [...odd, { other: 'json' }]) expect(readDeployment(none)).toBeUndefined();
});

function set(target: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) target[key] = value;
  else set(target[key] as Record<string, unknown>, rest, value);
}

test('a file of very many steps, none of them planned, is read in time', () => {
  const many = (more: object) =>
    Array.from({ length: 100_000 }, (_, i) => ({ ...more, step_id: `s${i}`, id: `p${i}` }));
  const from = performance.now();
  const read = readDeployment({ version: '2.0', plan: { steps: many({}) }, steps: many({ status: 'success' }) });
  expect(read?.steps).toHaveLength(200_000);
  expect(performance.now() - from).toBeLessThan(10_000);
});
