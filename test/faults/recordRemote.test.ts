import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { linesOf } from '../../src/base/lineBatch.ts';
import type { LogLine } from '../../src/model/line.ts';
import type { RunEcho } from '../../src/record/pipeline/pipelineRecording.ts';
import { readPipeline } from '../../src/record/pipeline/readPipeline.ts';
import { recordPipeline } from '../../src/record/recordPipeline.ts';
import { runSteered } from '../../src/record/steered/runSteered.ts';
import { Interruption, type Stop } from '../../src/record/stop.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { eventually } from '../harness/eventually.ts';
import { Program } from '../harness/program.ts';
import { SshServer } from '../harness/sshServer.ts';

let server: SshServer;
let folder: string;
beforeAll(async () => {
  server = await SshServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remote-'));
  // Others shall run there, too.
  chmodSync(folder, 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A pipeline of one task over `web-1` and what else is named. */
function overSsh(steps: readonly object[], more: { hosts?: readonly object[]; env?: object } = {}): string {
  const hosts = more.hosts ?? [web()];
  return JSON.stringify({
    name: 'P',
    ...(more.env && { env: more.env }),
    hosts,
    modules: [{ name: 'M', tasks: [{ name: 'T', steps }] }],
  });
}

function web(name = 'web-1'): object {
  return { name, ssh: true, sshOptions: ['-F', server.config] };
}

const scriptThatCleansUp = `trap 'echo cleaned up; exit 7' INT TERM; sh -c 'echo "child $$."; exec sleep 300'`;

const silent: RunEcho = { begins: () => {}, output: () => ({ write: () => undefined }), ends: () => {} };

async function run(yaml: string, options: { stop?: Stop; output?: (text: string) => void } = {}) {
  const store = new MemoryStore();
  const echo: RunEcho = {
    ...silent,
    output: () => ({
      write(_, chunk) {
        options.output?.(Buffer.from(chunk).toString());
        return undefined;
      },
    }),
  };
  const never = new AbortController().signal;
  const result = await recordPipeline(
    {
      execution: { execution: 'e' },
      pipeline: readPipeline('p.yaml', yaml),
      directory: folder,
      environment: { PATH: process.env['PATH'], LOCAL_ONLY: 'x' },
    },
    store,
    echo,
    options.stop ?? { ask: never, kill: never },
    { report: () => expect.unreachable() },
  );
  return {
    result,
    results: result.results,
    lines: async (step: string, host = 'web-1'): Promise<LogLine[]> => {
      const lines: LogLine[] = [];
      for await (const page of store.tailLog({ execution: 'e', step, host, position: { at: 'start' } }))
        lines.push(...linesOf(page.lines));
      return lines;
    },
  };
}

/** A stop that comes when the run has printed `word`. */
function stopAt(word: string): { stop: Stop; output: (text: string) => void; ask: AbortController } {
  const ask = new AbortController();
  let seen = '';
  return {
    ask,
    stop: { ask: ask.signal, kill: new AbortController().signal },
    output(text) {
      seen += text;
      if (seen.includes(word)) ask.abort(new Interruption('SIGINT', true));
    },
  };
}

function isAlive(pid: number): boolean {
  // A dead one nobody has asked for yet is dead.
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') Z';
  return !/\) [ZX]/.test(stat);
}

describe('a step on a host that ssh reaches', () => {
  test('runs there, with stdout and stderr apart and nothing on its stdin', async () => {
    const { result, lines } = await run(
      overSsh([{ name: 's', run: 'cat; echo "on $SSH_CONNECTION" | cut -c1-12; echo bad >&2; printf open >&2' }]),
    );
    expect(result).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const told = (await lines('s')).map(({ stream, text }) => [stream, text]);
    expect(told.toSorted()).toEqual([
      ['stderr', 'bad'],
      ['stderr', 'open'],
      ['stdout', 'on 127.0.0.1'],
    ]);
  });

  test.each([3, 255])('passes on the exit code %d', async (code) => {
    const { results } = await run(overSsh([{ name: 's', run: `echo before; exit ${code}` }]));
    expect(results).toMatchObject([{ status: 'failed', exitCode: code, message: `exit code ${code}`, lines: 1 }]);
  });

  test('ends at its first failing line', async () => {
    const { results, lines } = await run(overSsh([{ name: 's', run: 'echo 1\nfalse\necho 2\n' }]));
    expect(results).toMatchObject([{ status: 'failed', exitCode: 1 }]);
    expect((await lines('s')).map(({ text }) => text)).toEqual(['1']);
  });

  test('passes the arguments of a command as they are', async () => {
    const odd = ['a  b', '$HOME', '*', "it's", '"', '\\', 'two\nlines', '中文', ''];
    const { lines } = await run(overSsh([{ name: 's', run: ['printf', '%s|', ...odd] }]));
    expect((await lines('s')).map(({ text }) => text).join('\n')).toBe(`${odd.join('|')}|`);
  });

  test('finds the environment of pipeline, host and step, whatever is in it, and not ours', async () => {
    const odd = `it's "so"\n\\n $HOME \`id\` 中文 \u{1f600} !x`;
    const { lines } = await run(
      overSsh(
        [{ name: 's', run: 'printf "%s|" "$ODD" "$A" "$LOCAL_ONLY" "$EXECLOGS_HOST" "$FORCE_COLOR"', env: { A: 's' } }],
        {
          env: { ODD: odd, A: 'p' },
          hosts: [{ ...web(), env: { A: 'h' } }],
        },
      ),
    );
    expect((await lines('s')).map(({ text }) => text).join('\n')).toBe(`${odd}|s||web-1|1|`);
  });

  test('shows none of that to those who list processes', async () => {
    const { lines } = await run(
      overSsh([{ name: 's', run: 'ps -eo args | grep -c "[h]idden-word" || true', env: { SECRET: 'hidden-word' } }]),
    );
    expect((await lines('s')).map(({ text }) => text)).toEqual(['0']);
  });

  test('runs in its directory, whatever that is called', async () => {
    const name = `it's "a"\nfolder 中文`;
    mkdirSync(join(folder, name, '-deep'), { recursive: true });
    const { lines } = await run(
      overSsh([{ name: 's', run: 'pwd', directory: '-deep' }], {
        hosts: [{ ...web(), directory: join(folder, name) }],
      }),
    );
    expect((await lines('s')).map(({ text }) => text).join('\n')).toBe(join(folder, name, '-deep'));
  });

  test('begins at home where no directory is said', async () => {
    const { lines } = await run(overSsh([{ name: 's', run: 'test "$(pwd)" = "$(cd; pwd)" && echo home' }]));
    expect((await lines('s')).map(({ text }) => text)).toEqual(['home']);
  });

  test('fails with words where its directory is missing', async () => {
    const { results } = await run(overSsh([{ name: 's', run: 'echo', directory: '/nowhere/at/all' }]));
    expect(results).toMatchObject([
      { status: 'failed', exitCode: 126, message: 'the directory /nowhere/at/all cannot be entered on web-1' },
    ]);
  });

  test('is skipped when its check succeeds there', async () => {
    const { results } = await run(
      overSsh([
        { name: 'done', check: 'test -n "$SSH_CONNECTION"', run: 'exit 1' },
        { name: 'open', check: 'test -z "$SSH_CONNECTION"', run: 'echo 1' },
      ]),
    );
    expect(results.map(({ status }) => status)).toEqual(['skipped', 'succeeded']);
  });

  test('brings more output than fits anywhere, whole and in order', async () => {
    const { result, lines } = await run(overSsh([{ name: 's', run: 'seq 200000; seq 1000 >&2' }]));
    expect(result.status).toBe('succeeded');
    const stdout = (await lines('s')).filter(({ stream }) => stream === 'stdout');
    expect(stdout.length).toBe(200_000);
    expect(stdout.every(({ text }, index) => text === String(index + 1))).toBe(true);
  });

  test('may leave something running, whose output is let go', async () => {
    const { results, lines } = await run(overSsh([{ name: 's', run: 'sleep 30 & echo "$!"' }]));
    expect(results).toMatchObject([{ status: 'succeeded', exitCode: 0 }]);
    const [pid, note] = await lines('s');
    expect(isAlive(Number(pid?.text))).toBe(true);
    process.kill(Number(pid?.text));
    expect(note?.stream).toBe('system');
  });
});

describe('a host that cannot be reached', () => {
  test('fails its step with the last words of ssh, and is asked once', async () => {
    const other = await SshServer.start();
    await other.stop();
    await using _ = other;
    const { results, lines } = await run(
      overSsh([{ name: 's', check: 'false', run: 'echo' }], {
        hosts: [{ name: 'away', ssh: 'web-1', sshOptions: ['-F', other.config] }],
      }),
    );
    expect(results).toMatchObject([{ status: 'failed', exitCode: 255 }]);
    // What ssh says when the step itself is tried would stand there, too.
    expect((await lines('s', 'away')).map(({ stream }) => stream)).toEqual(['system']);
    expect(results[0]?.message).toMatch(/^away could not be reached: ssh: connect to host 127\.0\.0\.1 .*refused$/);
  });

  test('fails when it shows another key than the one that is known', async () => {
    await server.trust('other_key');
    const { results, lines } = await run(overSsh([{ name: 's', run: 'echo' }]));
    await server.trust('host_key');
    expect(results).toMatchObject([
      { status: 'failed', message: 'web-1 could not be reached: Host key verification failed.' },
    ]);
    expect((await lines('s')).some(({ text }) => text.includes('HAS CHANGED'))).toBe(true);
  });

  test('cancels the other hosts', async () => {
    const away = { name: 'away', ssh: 'nobody@web-1', sshOptions: ['-F', server.config] };
    const { results } = await run(overSsh([{ name: 's', run: 'sleep 60' }], { hosts: [web(), away] }));
    expect(results.map(({ host, status }) => `${host} ${status}`).toSorted()).toEqual([
      'away failed',
      'web-1 cancelled',
    ]);
    expect(results.find(({ host }) => host === 'away')?.message).toMatch(/Permission denied/);
  });
});

describe('what runs on another host is ended there', () => {
  test('by the signal of whoever stops the run, and what it says then is kept', async () => {
    const { results, lines } = await run(overSsh([{ name: 's', run: scriptThatCleansUp }]), stopAt('.'));
    expect(results).toMatchObject([{ status: 'cancelled', message: 'stopped by SIGINT', exitCode: 7 }]);
    const texts = (await lines('s')).map(({ text }) => text);
    expect(texts).toContain('cleaned up');
    const child = Number(/\d+/.exec(texts.find((text) => text.startsWith('child')) ?? '')?.[0]);
    await eventually(() => expect(isAlive(child)).toBe(false));
  });

  test('when it takes too long', async () => {
    const { results, lines } = await run(overSsh([{ name: 's', run: 'sleep 300 & echo "$!"; wait', timeout: '2s' }]));
    expect(results).toMatchObject([{ status: 'timedOut', message: 'took longer than 2 s' }]);
    const [pid] = await lines('s');
    await eventually(() => expect(isAlive(Number(pid?.text))).toBe(false));
  });

  test('when the connection is cut, which is told', async () => {
    let pid = 0;
    const { results } = await run(overSsh([{ name: 's', run: 'echo "$PPID|$$."; exec sleep 300' }]), {
      output(text) {
        const parts = /(\d+)\|(\d+)\./.exec(text);
        if (!parts) return;
        pid = Number(parts[2]);
        process.kill(Number(parts[1]), 'SIGKILL');
      },
    });
    expect(results[0]?.message).toMatch(/^the connection to web-1 was lost: /);
    expect(results).toMatchObject([{ status: 'failed', exitCode: 255 }]);
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });

  test('when execlogs itself is killed', async () => {
    using program = new Program();
    const file = join(folder, 'p.yaml');
    writeFileSync(file, overSsh([{ name: 's', run: 'echo "pid $$ is there"; sleep 300' }]));
    const child = program.start('run', file);
    child.stderr?.resume();
    let pid = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      pid = Number(/pid (\d+) is/.exec(chunk.toString())?.[1] ?? pid);
    });
    await eventually(() => expect(isAlive(pid)).toBe(true));
    child.kill('SIGKILL');
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });

  test('also when it does not want to end', async () => {
    const kill = new AbortController();
    const ask = new AbortController();
    let pid = 0;
    const { results } = await run(
      overSsh([{ name: 's', run: 'trap "" TERM INT; echo "$$."; while :; do sleep 1; done' }]),
      {
        stop: { ask: ask.signal, kill: kill.signal },
        output(text) {
          pid = Number(/(\d+)\./.exec(text)?.[1] ?? pid);
          ask.abort(new Interruption('SIGINT', true));
          kill.abort(new Error('now'));
        },
      },
    );
    expect(results).toMatchObject([{ status: 'cancelled' }]);
    expect(pid).toBeGreaterThan(0);
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('sudo', () => {
  const local = (step: object) => overSsh([{ name: 's', ...step }], { hosts: [{ name: 'web-1' }] });

  test('runs a step as root or as somebody else, here and there', async () => {
    const step = { name: 's', run: 'id -un; echo "$A"; cat', sudo: 'nobody', env: { A: "it's" } };
    for (const yaml of [local(step), overSsh([step])]) {
      const { result, lines } = await run(yaml);
      expect(result.status).toBe('succeeded');
      expect((await lines('s')).map(({ text }) => text)).toEqual(['nobody', "it's"]);
    }
    const { lines } = await run(local({ run: 'id -un; pwd', sudo: true }));
    expect((await lines('s')).map(({ text }) => text)).toEqual(['root', folder]);
  });

  test('that wants a password says so', async () => {
    const somebody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
    const never = new AbortController().signal;
    const end = await runSteered(
      {
        shell: {
          command: 'setpriv',
          arguments: [...somebody, 'sudo', '-n', '--', 'sh', '-s'],
          directory: folder,
          environment: { PATH: process.env['PATH'] },
        },
        work: { script: 'echo', environment: {} },
        place: 'web-1',
      },
      { write: () => undefined },
      { ask: never, kill: never },
    );
    expect(end.failure).toBe(
      'sudo asks for a password on web-1; let it go without one there (NOPASSWD in sudoers), or leave "sudo" out',
    );
  });

  test('says whom it does not know', async () => {
    const { results } = await run(local({ run: 'echo', sudo: 'no-such-user' }));
    expect(results[0]?.message).toMatch(/^sudo did not begin on web-1: .*no-such-user/);
  });

  test('ends what it runs, stopped or late', async () => {
    const long = { run: scriptThatCleansUp, sudo: 'nobody' };
    for (const yaml of [local(long), overSsh([{ name: 's', ...long }])]) {
      const { results, lines } = await run(yaml, stopAt('.'));
      expect(results).toMatchObject([{ status: 'cancelled', exitCode: 7 }]);
      const texts = (await lines('s')).map(({ text }) => text);
      expect(texts).toContain('cleaned up');
      const child = Number(/\d+/.exec(texts[0] ?? '')?.[0]);
      await eventually(() => expect(isAlive(child)).toBe(false));
    }
  });
});
