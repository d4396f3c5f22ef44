import { describe, expect, test } from 'vitest';
import { eventually } from '../../../harness/eventually.ts';
import type { Generation } from '../../../harness/jobs/times.ts';
import { Pair } from './following.ts';

const generations: Generation[] = ['N', 'H'];

describe.each(generations)('GAgent %s', (generation) => {
  test('1: times are the same however they are written, and so are lines when they change their form', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    const time = Date.UTC(2026, 10, 21, 1, 18, 58, 79);
    double.log(job, 'one', { time });
    const tail = pair.tail();
    await pair.listening();
    double.log(job, 'two', { time: time + 1 });
    await tail.sees(['one', 'two']);
    // From here on it is read from the database.
    double.archive(job);
    double.change(job, { status: 'succeeded' });
    await tail.ended;
    expect(tail.texts()).toEqual(['one', 'two']);
    expect((await pair.lines()).map((line) => line.time)).toEqual([time, time + 1]);
    const { createdAt, endedAt } = await pair.source.getExecution({ execution: 'a' });
    expect([createdAt, endedAt]).toEqual([job.createdAt, job.createdAt + 18_000]);
  });

  test('2: a job that has ended is not listened to, whatever heartbeats there are', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    double.log(job, 'one');
    const tail = pair.tail();
    await pair.listening();
    double.change(job, { status: 'succeeded', result: { created_tasks: 2 } });
    await tail.ended;
    await eventually(() => expect(double.listening).toBe(0));
    const asked = double.requests.length;
    await pair.tail().ended;
    expect(await pair.texts()).toEqual(['one']);
    expect(double.requests.length).toBe(asked);
    expect(tail.pages.at(-1)?.complete).toBe(true);
    expect(double.asked(/stream$/)).toBe(1);
  });

  test('2: a job that ended between the answer and the stream ends the tail', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    double.instead = (_, path) => {
      if (path.endsWith('/stream')) double.change(job, { status: 'failed', error: 'no luck' });
      return false;
    };
    await pair.tail().ended;
    await eventually(() => expect(double.listening).toBe(0));
    expect(await pair.source.getExecution({ execution: 'a' })).toMatchObject({ status: 'failed', message: 'no luck' });
  });

  test('3: a line between the look and the listening is not lost, nor is any told twice', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    const same = { time: job.createdAt + 5_000 };
    for (const text of ['one', 'tick', 'tick']) double.log(job, text, same);
    double.beforeListening = () => {
      double.beforeListening = undefined;
      for (const text of ['tick', 'two']) double.log(job, text, same);
    };
    const tail = pair.tail();
    await pair.listening();
    await tail.sees(['one', 'tick', 'tick', 'tick', 'two']);
    double.log(job, 'three', same);
    await tail.sees(['one', 'tick', 'tick', 'tick', 'two', 'three']);
    // Nobody can tell this one from the one that was missed, until everything is read once more.
    double.log(job, 'tick', same);
    double.change(job, { status: 'succeeded' });
    await tail.ended;
    expect(tail.texts()).toEqual(['one', 'tick', 'tick', 'tick', 'two', 'three', 'tick']);
  });

  test('3: what was written while the wire was cut comes when it is back', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    double.log(job, 'one');
    const tail = pair.tail();
    await eventually(() => expect(tail.states().at(-1)?.kind).toBe('live'));
    double.cut();
    await eventually(() => expect(double.listening).toBe(0));
    double.log(job, 'two');
    await tail.sees(['one', 'two']);
    await pair.listening();
    double.log(job, 'three');
    await tail.sees(['one', 'two', 'three']);
    expect(tail.states().map(({ kind }) => kind)).toContain('reconnecting');
  });

  test('4: where the window has moved past what is held, there is a gap', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    double.log(job, 'first');
    expect(await pair.texts()).toEqual(['first']);
    for (let i = 1; i <= 1_000; i++) double.log(job, `line ${i}`);
    const texts = await pair.texts();
    expect(texts).toHaveLength(1);
    const { page, gap } = await afterFirst(pair);
    expect(gap?.reason).toBe('dropped');
    expect(page).toEqual(Array.from({ length: 400 }, (_, i) => `line ${601 + i}`));
  });

  test('4: a job whose window overlaps has no gap, and from the database come all lines', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    for (let i = 1; i <= 300; i++) double.log(job, `line ${i}`);
    expect(await pair.texts()).toHaveLength(300);
    for (let i = 301; i <= 600; i++) double.log(job, `line ${i}`);
    expect(await pair.texts()).toEqual(Array.from({ length: 600 }, (_, i) => `line ${i + 1}`));
    await using later = await Pair.open({ generation });
    const kept = later.double.addJob('a', { entries: [...job.entries], status: 'succeeded', place: 'sqlite' });
    expect(await later.texts()).toHaveLength(kept.entries.length);
  });

  test('5: the line that tells of the failure comes before the state does', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a');
    const tail = pair.tail();
    await pair.listening();
    double.log(job, 'Task decomposition failed: boom', { level: 'error' });
    await tail.sees(['Task decomposition failed: boom']);
    expect(await pair.source.getExecution({ execution: 'a' })).toMatchObject({ status: 'running' });
    double.change(job, { status: 'failed', error: 'boom' });
    await tail.ended;
    expect(await pair.source.getExecution({ execution: 'a' })).toMatchObject({ status: 'failed', message: 'boom' });
    const { hosts } = await pair.source.getStepResult({ execution: 'a', step: 'log' });
    expect(hosts).toMatchObject([{ status: 'failed', errors: 1, lines: 1 }]);
  });

  test('6: changes of state and statistics are no lines', async () => {
    await using pair = await Pair.open({ generation });
    const { double } = pair;
    const job = double.addJob('a', { status: 'queued', type: 'plan_execute' });
    const tail = pair.tail();
    await pair.listening();
    double.change(job, { status: 'running' });
    double.change(job, { stats: { executed: 2, failed: 1, total_steps: 5 } });
    await eventually(async () => {
      const { status, steps } = await pair.source.getExecution({ execution: 'a' });
      expect([status, steps[0]?.name, steps[0]?.message]).toEqual([
        'running',
        'Plan execution',
        '2 of 5 done, 1 failed',
      ]);
    });
    expect(tail.texts()).toEqual([]);
  });

  test('7: a plan of which tasks failed or were skipped has failed, and says how many', async () => {
    await using pair = await Pair.open({ generation });
    const stats = { executed: 4, failed: 0, skipped: 1, total_steps: 5 };
    pair.double.addJob('a', { status: 'failed', type: 'plan_execute', stats });
    expect(await pair.source.getExecution({ execution: 'a' })).toMatchObject({
      status: 'failed',
      message: '4 of 5 done, 1 skipped',
    });
  });
});

async function afterFirst({ source }: Pair) {
  const first = await source.readLog({ execution: 'a', position: { at: 'start' }, limit: { lines: 1 } });
  const page = await source.readLog({ execution: 'a', position: { at: 'after', pointer: first.newer } });
  const decoder = new TextDecoder();
  const { lines, gap } = page;
  const texts = Array.from({ length: lines.count }, (_, i) =>
    decoder.decode(lines.text.subarray(lines.offsets[i], lines.offsets[i + 1])),
  );
  return { page: texts, gap };
}
