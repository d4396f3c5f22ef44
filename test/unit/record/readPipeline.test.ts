import { describe, expect, test } from 'vitest';
import { LogError } from '../../../src/model/errors.ts';
import { readPipeline } from '../../../src/record/pipeline/readPipeline.ts';

const small =
  'name: P\nmodules:\n  - name: M\n    tasks:\n      - name: T\n        steps:\n          - name: S\n            run: echo\n';

/** The problems of a file, without the lines they quote. */
function problems(text: string): string[] {
  return words(text)
    .split('\n')
    .filter((line) => !line.startsWith('    '));
}

function words(text: string): string {
  try {
    readPipeline('p.yaml', text);
  } catch (error) {
    if (error instanceof LogError && error.code === 'invalidRequest') return error.message;
    throw error;
  }
  throw new Error('nothing was wrong with it');
}

describe('a pipeline', () => {
  test('is read with what is left out filled in', () => {
    expect(readPipeline('p.yaml', small)).toEqual({
      name: 'P',
      enabled: true,
      environment: {},
      pre: [],
      post: [],
      modules: [
        {
          name: 'M',
          enabled: true,
          pre: [],
          post: [],
          tasks: [
            {
              name: 'T',
              hosts: [{ name: 'local', environment: {} }],
              concurrency: 10,
              ignoreError: false,
              failFast: true,
              steps: [
                { id: 's', order: 1, name: 'S', path: ['M', 'T'], run: 'echo', environment: {}, ignoreError: false },
              ],
            },
          ],
        },
      ],
    });
  });

  test('is read with everything said', () => {
    const pipeline = readPipeline(
      'p.yaml',
      `name: Whole
env: { A: 1, B: yes, C: 0x10 }
hosts:
  - plain
  - name: other
    directory: sub
    env: { X: "y" }
pre:
  - { name: Before, run: [git, fetch, -q] }
modules:
  - name: M
    enabled: false
    tasks:
      - name: T
        hosts: [other, local]
        concurrency: 2
        ignoreError: true
        failFast: false
        steps:
          - name: Step one!
            check: test -e x
            timeout: 1.5m
            directory: deep
            ignoreError: true
            run: |
              echo 1
              echo 2
          - { name: Step one, run: x, timeout: 2 }
post:
  - { name: 清理, run: x }
`,
    );
    expect(pipeline.environment).toEqual({ A: '1', B: 'yes', C: '0x10' });
    expect(pipeline.pre[0]).toMatchObject({ id: 'before', path: ['pre'], run: ['git', 'fetch', '-q'] });
    expect(pipeline.modules[0]).toMatchObject({ enabled: false });
    const task = pipeline.modules[0]?.tasks[0];
    expect(task).toMatchObject({ concurrency: 2, ignoreError: true, failFast: false });
    expect(task?.hosts).toEqual([
      { name: 'other', directory: 'sub', environment: { X: 'y' } },
      { name: 'local', environment: {} },
    ]);
    expect(task?.steps).toMatchObject([
      { id: 'step-one', order: 2, timeout: 90_000, check: 'test -e x', directory: 'deep', run: 'echo 1\necho 2\n' },
      { id: 'step-one-2', order: 3, timeout: 2_000 },
    ]);
    expect(pipeline.post[0]).toMatchObject({ id: '清理', order: 4, path: ['post'] });
  });

  test('reaches hosts by ssh, and has steps run by sudo', () => {
    const hosts =
      'hosts: [{ name: a, ssh: true }, { name: b, ssh: x@y, sshOptions: [-p, 2222, -vJjump] }, { name: c, ssh: false }]';
    const text = small.replace('name: P', `name: P\n${hosts}`);
    expect(readPipeline('p.yaml', text).modules[0]?.tasks[0]?.hosts.map(({ ssh }) => ssh)).toEqual([
      { destination: 'a', options: [] },
      { destination: 'x@y', options: ['-p', '2222', '-vJjump'] },
      undefined,
    ]);
    const sudo = (said: string) =>
      readPipeline('p.yaml', `${small}            sudo: ${said}\n`).modules[0]?.tasks[0]?.steps[0]?.sudo;
    expect(['true', 'false', 'postgres'].map(sudo)).toEqual([{}, undefined, { user: 'postgres' }]);
  });

  test('runs tasks on all its hosts unless they name some', () => {
    const pipeline = readPipeline('p.yaml', small.replace('name: P', 'name: P\nhosts: [a, b]'));
    expect(pipeline.modules[0]?.tasks[0]?.hosts.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('may repeat itself with anchors', () => {
    const text = small.replace('run: echo', 'run: &it echo').concat('          - name: S2\n            run: *it\n');
    expect(readPipeline('p.yaml', text).modules[0]?.tasks[0]?.steps[1]?.run).toBe('echo');
  });
});

describe('what is wrong with a pipeline is told', () => {
  test('with file, line, column, the line itself and a mark', () => {
    expect(words(small.replace('run: echo', 'runs: echo'))).toBe(
      [
        'p.yaml:7:13: step "S" needs "run": what is to be run',
        '              - name: S',
        '                ^',
        'p.yaml:8:13: a step has no "runs" (did you mean "run"?); it may have name, run, check, env, directory, sudo, timeout, ignoreError',
        '                runs: echo',
        '                ^',
      ].join('\n'),
    );
  });

  test('all at once, in the order of the file', () => {
    const text = small
      .replace('name: P', 'name: 5')
      .replace('name: T', 'name: T\n        concurrency: 0\n        ignore_error: true')
      .replace('run: echo', 'run: [ ]\n            timeout: soon');
    expect(problems(text)).toEqual([
      'p.yaml:1:7: expected the name of the pipeline to be text, found the number 5',
      'p.yaml:6:22: expected "concurrency" to be a whole number from 1, found the number 0',
      'p.yaml:7:9: a task has no "ignore_error" (did you mean "ignoreError"?); it may have name, hosts, concurrency, ignoreError, failFast, steps',
      'p.yaml:10:18: expected "run" to name a command, found an empty list',
      'p.yaml:11:22: expected "timeout" to be a time such as 90, 90s, 5m or 1h, at most 24 days, found the text "soon"',
    ]);
  });

  test.each([
    ['', 'p.yaml:1:1: expected a pipeline to be a mapping (key: value), found nothing'],
    ['- a', 'p.yaml:1:1: expected a pipeline to be a mapping (key: value), found a list'],
    ['name: P', 'p.yaml:1:1: the pipeline needs "modules"'],
    ['name: P\nmodules: []', 'p.yaml:2:10: "modules" of the pipeline is empty'],
    [
      'name: P\nmodules: x',
      'p.yaml:2:10: expected "modules" to be a list (lines that begin with "- "), found the text "x"',
    ],
    [small.replace('name: M', 'name:'), 'p.yaml:3:10: expected the name of a module to be text, found nothing'],
    [
      small.replace('name: M', 'enabled: "no"\n    name: M'),
      'p.yaml:3:14: expected "enabled" to be true or false, found the text "no"',
    ],
    [`${small}hosts: [a, a]`, 'p.yaml:9:12: there is a host "a" already'],
    [
      small.replace('name: T', 'name: T\n        hosts: [nowhere]'),
      'p.yaml:6:17: there is no host "nowhere"; there is local',
    ],
    [
      `${small}hosts: [{ name: far, ssh: 5 }]`,
      'p.yaml:9:27: expected "ssh" to be true, false, or a destination such as deploy@web-1, found the number 5',
    ],
    [
      `${small}hosts: [{ name: far, ssh: "-oProxyCommand=x" }]`,
      'p.yaml:9:27: "-oProxyCommand=x" is no destination of ssh: user@host, host, or a Host of its configuration',
    ],
    [
      `${small}hosts: [{ name: "a b", ssh: true }]`,
      'p.yaml:9:29: "a b" is no destination of ssh: user@host, host, or a Host of its configuration',
    ],
    [`${small}hosts: [{ name: a, sshOptions: [-v] }]`, 'p.yaml:9:32: "sshOptions" needs "ssh": where to'],
    [
      `${small}hosts: [{ name: a, ssh: true, sshOptions: [-p, 22, web-2] }]`,
      'p.yaml:9:52: "web-2" is no option of ssh',
    ],
    [`${small}hosts: [{ name: a, ssh: true, sshOptions: [-vt] }]`, 'p.yaml:9:44: -t of ssh cannot be used here'],
    [`${small}hosts: [{ name: a, ssh: true, sshOptions: [-p] }]`, 'p.yaml:9:44: -p of ssh needs a value'],
    [small.replace('run: echo', 'run: echo\n            sudo: a b'), 'p.yaml:9:19: "a b" is no name of a user'],
    [
      small.replace('run: echo', 'run: "a\\0b"'),
      'p.yaml:8:18: "run" (a script, or a list of command and arguments) holds the character NUL, which ends words',
    ],
    [`${small}env:\n  A.B: 1`, 'p.yaml:10:3: "A.B" is no name of a variable: letters, digits and _'],
    [`${small}env:\n  A: [1]`, 'p.yaml:10:6: expected "A" to be text, a number, true or false, found a list'],
  ])('%j', (text, problem) => {
    expect(problems(text)).toContain(problem);
  });

  test('also when it is no YAML', () => {
    expect(problems('name: "P\nmodules: [')[0]).toMatch(/^p\.yaml:\d+:\d+: /);
    expect(problems('name: P\nname: Q')[0]).toMatch(/^p\.yaml:2:1: .*unique/);
    expect(problems('a: {b')[0]).toMatch(/^p\.yaml:1:/);
  });

  test('a file of any bytes is a problem, never a crash', () => {
    for (const text of ['\u0000', '%YAML 9', '&a [*a]', '*x', '!!js/function x', '\t- a', '{{{{', '? : ?']) {
      expect(problems(text).length).toBeGreaterThan(0);
    }
  });
});

test('of several pipelines in one file, the second is told to move', () => {
  expect(words(`${small}---\nname: Q\n`)).toContain('a file holds one pipeline; move this one to a file of its own');
});
