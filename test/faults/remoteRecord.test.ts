import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { lineText } from '../../src/base/lineBatch.ts';
import { Segment } from '../../src/record/spool/segment.ts';
import { openLocalSource } from '../../src/sources/local/source.ts';
import { eventually } from '../harness/eventually.ts';
import { ended, Program } from '../harness/program.ts';

/** A service in a process of its own, on the same store and port whenever it is started. */
class Service implements AsyncDisposable {
  readonly #program = new Program();
  #child: ChildProcess | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get store(): string {
    return join(this.#program.home, 'store.sqlite');
  }

  async start(): Promise<void> {
    const child = this.#program.start('serve', '--port', String(this.#port));
    child.stderr?.resume();
    this.#child = child;
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    this.#port = Number(new URL(url).port);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** What the log of the execution of this name holds: `number text` of every line. */
  async lines(name = 'sh'): Promise<string[]> {
    await using source = openLocalSource(this.store);
    const lines: string[] = [];
    const execution = (await source.listExecutions({})).executions.find((one) => one.name.startsWith(name));
    const scope = { execution: execution?.id ?? '', limit: { lines: 20_000 } };
    let position: Parameters<typeof source.readLog>[0]['position'] = { at: 'start' };
    for (;;) {
      const { lines: batch, newer } = await source.readLog({ ...scope, position });
      if (batch.count === 0) return lines;
      for (let i = 0; i < batch.count; i++) lines.push(`${batch.numbers[i] ?? 0} ${lineText(batch, i)}`);
      position = { at: 'after', pointer: newer };
    }
  }

  /** How many lines have arrived. */
  async count(): Promise<number> {
    if (!existsSync(this.store)) return 0;
    await using source = openLocalSource(this.store);
    const [execution] = (await source.listExecutions({})).executions;
    if (!execution) return 0;
    const page = await source.readLog({ execution: execution.id, position: { at: 'end' }, limit: { lines: 1 } });
    return page.total ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#program[Symbol.dispose]();
  }
}

/** Prints so many lines in so many bursts. */
function bursts(count: number, lines: number): string[] {
  const script = `for i in $(seq 0 ${count - 1}); do seq $((i * ${lines} + 1)) $(((i + 1) * ${lines})); sleep 0.1; done`;
  return ['run', '--quiet', '--', 'sh', '-c', script];
}

function expected(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i + 1} ${i + 1}`);
}

test('a service that is killed again and again gets every line of a run once, in order', async () => {
  await using service = new Service();
  using recorder = new Program();
  await service.start();
  const [verb = '', ...rest] = bursts(40, 5_000);
  const child = recorder.start(verb, '--to', service.url, ...rest);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const end = ended(child);
  for (const [round, lines] of [10_000, 60_000, 120_000].entries()) {
    await eventually(async () => expect(await service.count()).toBeGreaterThan(lines), { timeout: 60_000 });
    await service.kill();
    await eventually(() => expect(said.split('is kept and sent later').length).toBeGreaterThan(round + 1));
    await service.start();
  }
  const { code, stderr } = await end;
  expect([code, stderr]).toEqual([0, expect.stringContaining('again')]);
  expect(await service.lines()).toEqual(expected(200_000));
  expect(readdirSync(join(recorder.home, 'spool'))).toEqual([]);
});

test('a run to a service that is not there is kept, and sent later', async () => {
  await using service = new Service();
  using recorder = new Program();
  await service.start();
  await service.kill();
  const [verb = '', ...rest] = bursts(4, 1_000);
  const child = recorder.start(verb, '--to', service.url, ...rest);
  const end = ended(child);
  // Asked to leave while it waits for the service at its end.
  await printedOn(child.stderr, 'Ctrl-C leaves them');
  child.kill('SIGINT');
  const { code, stderr } = await end;
  expect([code, stderr]).toEqual([0, expect.stringContaining('execlogs send')]);
  await service.start();
  const sent = await recorder.run('send');
  expect([sent.code, sent.stderr]).toEqual([0, expect.stringContaining('sent to')]);
  expect(await service.lines()).toEqual(expected(4_000));
  expect((await recorder.run('send')).stderr).toContain('nothing is left');
});

test('a run to a service that never was there ends soon by itself, and says where it is kept', async () => {
  using recorder = new Program();
  const begun = performance.now();
  const { code, stdout, stderr } = await recorder.run('run', '--to', 'http://127.0.0.1:9', '--', 'echo', 'hi');
  // A service that had been there is waited for for a minute.
  expect(performance.now() - begun).toBeLessThan(40_000);
  expect([code, stdout]).toEqual([0, 'hi\n']);
  expect(stderr).toMatch(/waiting for http:\/\/127\.0\.0\.1:9 to send \d+ (bytes|kB); Ctrl-C/);
  expect(stderr).toContain('execlogs send');
});

test('a run whose execution was lost where it was recorded goes on, and says what to do', async () => {
  await using service = new Service();
  using recorder = new Program();
  await service.start();
  const child = recorder.start('run', '--to', service.url, '--', 'sh', '-c', 'echo before; read line; echo after');
  const end = ended(child);
  await eventually(async () => expect(await service.count()).toBe(1));
  await service.kill();
  for (const file of ['', '-wal', '-shm']) rmSync(`${service.store}${file}`, { force: true });
  await service.start();
  child.stdin?.end('\n');
  const { code, stdout, stderr } = await end;
  expect([code, stdout]).toEqual([0, 'before\nafter\n']);
  expect(stderr).toContain('no longer there: it was deleted, or lost by its store. To give the rest up, remove');
  expect((await recorder.run('send')).code).toBe(5);
});

test('what a recorder that was killed had spooled is sent by the next run to the same place', async () => {
  await using service = new Service();
  using recorder = new Program();
  await service.start();
  await service.kill();
  const child = recorder.start('run', '--to', service.url, '--name', 'killed', '--', 'sh', '-c', 'seq 1 5000; cat');
  const end = ended(child);
  const spools = join(recorder.home, 'spool');
  const spool = await eventually(() => {
    const [folder] = readdirSync(spools);
    if (folder === undefined) throw new Error('nothing is spooled yet');
    return join(spools, folder);
  });
  await eventually(async () => expect(await spooledLines(join(spool, '00000001.calls'))).toBe(5_000));
  child.kill('SIGKILL');
  await end;
  await service.start();
  const next = recorder.start('run', '--quiet', '--to', service.url, '--', 'cat');
  const told = printedOn(next.stderr, 'an earlier run had left');
  const nextEnd = ended(next);
  await told;
  next.stdin?.end();
  expect((await nextEnd).code).toBe(0);
  expect(await service.lines('killed')).toEqual(expected(5_000));
  expect(existsSync(spool)).toBe(false);
});

async function spooledLines(path: string): Promise<number> {
  const segment = await Segment.open(path);
  let lines = 0;
  let at = segment.unsent;
  for (let read = await segment.read(at); read; read = await segment.read(at)) {
    at = read.next;
    if (read.spooled.call === 'append') lines += read.spooled.argument.lines.count;
  }
  await segment.close();
  return lines;
}

/** Resolves when a stream has said this. */
function printedOn(stream: Readable | null, words: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(words)) resolve();
    });
  });
}
