import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { recordCommand } from '../../../src/record/recordCommand.ts';
import { Interruption, type Stop } from '../../../src/record/stop.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { allLines, goOn } from './harness.ts';

async function record(
  script: string,
  options: { stop?: Stop; environment?: NodeJS.ProcessEnv; onOutput?: () => void } = {},
) {
  const store = new MemoryStore();
  const echoed = { stdout: '', stderr: '' };
  const result = await recordCommand(
    {
      execution: { execution: 'e', name: 'a command' },
      command: 'sh',
      arguments: ['-c', script],
      directory: tmpdir(),
      environment: options.environment ?? { PATH: process.env['PATH'] },
      hostName: 'here',
    },
    store,
    {
      write: (stream, chunk) => {
        echoed[stream] += Buffer.from(chunk).toString();
        options.onOutput?.();
        return undefined;
      },
    },
    options.stop ?? goOn,
    { report: () => expect.unreachable() },
  );
  const lines = await allLines(store, { execution: 'e' });
  const { hosts } = await store.getStepResult({ execution: 'e', step: 'command' });
  return { result, echoed, lines, execution: await store.getExecution({ execution: 'e' }), host: hosts[0] };
}

describe('a command', () => {
  test('is recorded with its output, its exit code and its end', async () => {
    const { result, lines, echoed, execution, host } = await record('echo out; sleep 0.05; echo err >&2; exit 3');
    expect(lines.map(({ text, stream, number }) => [text, stream, number])).toEqual([
      ['out', 'stdout', 1],
      ['err', 'stderr', 2],
    ]);
    expect(echoed).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(result).toMatchObject({ exitCode: 3, status: 'failed', message: 'exit code 3', losses: { lines: [] } });
    expect(result.results).toMatchObject([{ host: 'local', exitCode: 3, lines: 2 }]);
    expect(execution).toMatchObject({ status: 'failed', kind: 'command', name: 'a command', message: 'exit code 3' });
    expect(host).toMatchObject({ name: 'here', status: 'failed', exitCode: 3, lines: 2 });
    expect(execution.history?.map(({ status }) => status)).toEqual(['running', 'failed']);
  });

  test('is asked to keep its colours, unless the user says otherwise', async () => {
    const show = 'echo "$FORCE_COLOR,$CLICOLOR_FORCE"';
    expect((await record(show)).echoed.stdout).toBe('1,1\n');
    expect((await record(show, { environment: { PATH: process.env['PATH'], FORCE_COLOR: '0' } })).echoed.stdout).toBe(
      '0,1\n',
    );
    const environment = { PATH: process.env['PATH'], NO_COLOR: '1' };
    expect((await record(show, { environment })).echoed.stdout).toBe(',\n');
  });

  test('that a signal ends has failed, with the code a shell gives it', async () => {
    const { result, host } = await record('kill -TERM $$');
    expect(result).toMatchObject({ status: 'failed', exitCode: 143, message: 'ended by SIGTERM' });
    expect(host).toMatchObject({ status: 'failed', exitCode: 143 });
  });

  test('that is interrupted is cancelled, and what it still says is recorded', async () => {
    const ask = new AbortController();
    const { result, lines } = await record('trap "echo bye; exit 7" INT; echo on; while :; do sleep 0.02; done', {
      stop: { ask: ask.signal, kill: goOn.kill },
      onOutput: () => ask.abort(new Interruption('SIGINT', false)),
    });
    expect(result).toMatchObject({ status: 'cancelled', exitCode: 7 });
    expect(lines.map(({ text }) => text)).toEqual(['on', 'bye']);
  });

  test('that does not listen is killed when asked twice', async () => {
    const ask = new AbortController();
    const kill = new AbortController();
    const { result } = await record('trap "echo no" INT; echo on; while :; do sleep 0.02; done', {
      stop: { ask: ask.signal, kill: kill.signal },
      onOutput: () => {
        if (ask.signal.aborted) kill.abort();
        else ask.abort(new Interruption('SIGINT', false));
      },
    });
    expect(result).toMatchObject({ status: 'cancelled', exitCode: 137 });
  });

  test('that leaves something running that holds its output open ends all the same', async () => {
    const { result, lines } = await record('echo on; sleep 30 & exit 0');
    expect(result.status).toBe('succeeded');
    expect(lines.map(({ stream }) => stream)).toEqual(['stdout', 'system']);
  });

  test('may write to /dev/stdout and /dev/stderr', async () => {
    const { echoed, result } = await record('echo out > /dev/stdout && echo err > /dev/stderr');
    expect(result.exitCode).toBe(0);
    expect(echoed).toEqual({ stdout: 'out\n', stderr: 'err\n' });
  });

  test('that cannot be started has failed like in a shell, and its log says why', async () => {
    const store = new MemoryStore();
    const begin = (command: string, directory: string) =>
      recordCommand(
        {
          execution: { execution: command, name: 'x' },
          command,
          arguments: [],
          directory,
          environment: {},
          hostName: 'h',
        },
        store,
        { write: () => undefined },
        goOn,
        { report: () => expect.unreachable() },
      );
    expect(await begin('no-such-command', tmpdir())).toMatchObject({ exitCode: 127, status: 'failed' });
    expect(await begin(tmpdir(), tmpdir())).toMatchObject({ exitCode: 126, status: 'failed' });
    expect(await begin('sh', '/no/such/directory')).toMatchObject({ exitCode: 126, status: 'failed' });
    expect(await begin('', tmpdir())).toMatchObject({ exitCode: 127, status: 'failed' });
    const said = async (execution: string) => (await allLines(store, { execution }))[0];
    expect(await said('no-such-command')).toMatchObject({
      text: 'no-such-command: command not found',
      stream: 'system',
    });
    expect((await said(tmpdir()))?.text).toBe(
      `${tmpdir()}: permission denied; it is no program, or not made executable`,
    );
  });

  test('is not begun when nothing can be recorded', async () => {
    const store = new MemoryStore();
    await store[Symbol.asyncDispose]();
    const about = {
      execution: { execution: 'e', name: 'x' },
      command: 'sh',
      arguments: [],
      directory: '/',
      environment: {},
      hostName: '',
    };
    const recording = recordCommand(about, store, { write: () => undefined }, goOn, { report: () => undefined });
    await expect(recording).rejects.toMatchObject({ code: 'closed' });
  });
});
