import { expect, vi } from 'vitest';
import { pointer } from '../../../src/model/pointer.ts';
import type { HostRef, LogSink, Loss } from '../../../src/model/sink.ts';
import { columns, day, follow, lineAtPointer, linesIn, oneHost, readOnward, Recording } from '../recording.ts';
import type { Law } from '../subject.ts';

async function lose(sink: LogSink, ref: HostRef, firstNumber: number, count: number): Promise<void> {
  const loss: Loss = { ...ref, firstNumber, count, reason: 'expired' };
  await sink.lose?.(loss);
}

/** A copy being written: two hosts whose lines interleave, known elsewhere as logs 4 and 3. */
async function copying(sink: LogSink): Promise<{ execution: string; alpha: HostRef; beta: HostRef }> {
  const execution = 'copied/one';
  const history = [
    { status: 'paused', at: day - 5 },
    { status: 'failed', at: day + 9 },
  ] as const;
  const copy = { createdAt: day - 7, url: 'https://logs.example/1', history };
  await sink.createExecution({ execution, name: 'copy', startedAt: day, copy });
  const [alpha, beta] = ['alpha', 'beta'].map((host) => ({ execution, step: 'build', host }));
  if (!alpha || !beta) throw new Error('no hosts');
  const hosts = [alpha, beta].map(({ host }) => ({ id: host, name: host }));
  await sink.startStep({ execution, step: 'build', name: 'build', order: 1, status: 'running', hosts, at: day });
  const [four, three] = [4, 3].map((log) => `other:copied%2Fone/${log}@`);
  const write = (ref: HostRef, formerly: string | undefined, firstNumber: number, texts: string[]) =>
    sink.append({ ...ref, firstNumber, lines: columns(texts), ...(formerly !== undefined && { formerly }) });
  await write(alpha, four, 1, ['a1', 'a2']);
  await sink.append({
    ...beta,
    firstNumber: 1,
    lines: columns([{ text: 'b1', level: 'error' }]),
    formerly: three ?? '',
  });
  await write(alpha, four, 3, ['a3']);
  return { execution, alpha, beta };
}

export const copyLaws: readonly Law[] = [
  {
    law: 'lines said to be lost are a gap where they would stand, and keep their numbers',
    needs: 'lose',
    async holds(subject) {
      const { sink, source } = subject;
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha', 'beta']);
      const [alpha, beta] = [recording.ref('build', 'alpha'), recording.ref('build', 'beta')];
      await lose(sink, alpha, 1, 10);
      await sink.append({ ...alpha, firstNumber: 11, lines: columns(['a11', 'a12']) });
      await sink.append({ ...beta, firstNumber: 1, lines: columns(['b1']) });
      await lose(sink, alpha, 13, 5);
      await lose(sink, beta, 2, 1);
      await lose(sink, alpha, 1, 17);
      await sink.append({ ...alpha, firstNumber: 18, lines: columns(['a18']) });
      await lose(sink, alpha, 19, 1_000_000_000);
      await expect(lose(sink, beta, 4, 1)).rejects.toMatchObject({ code: 'invalidRequest' });
      await recording.end();
      await expect(lose(sink, beta, 3, 1)).rejects.toMatchObject({ code: 'invalidRequest' });
      const own = await follow(source.tailLog({ ...alpha, position: { at: 'start' } }));
      expect(own.lines.map(({ number, text }) => [number, text])).toEqual([
        [11, 'a11'],
        [12, 'a12'],
        [18, 'a18'],
      ]);
      expect(own.pages.map(({ gap }) => gap && [gap.from, gap.to, gap.count, gap.reason])).toEqual([
        [1, 10, 10, 'expired'],
        [13, 17, 5, 'expired'],
        [19, 1_000_000_018, 1_000_000_000, 'expired'],
      ]);
      if (!source.capabilities.wideScopes) return;
      const { pages } = await follow(source.tailLog({ execution: recording.execution, position: { at: 'start' } }));
      expect(pages.map((page) => [page.gap?.count, ...linesIn(page).map(({ text }) => text)])).toEqual([
        [10, 'a11', 'a12', 'b1'],
        [6, 'a18'],
        [1_000_000_000],
      ]);
      const parts = pages[1]?.gap?.parts?.map(({ origin, from, to }) => `${origin.host} ${from}-${to}`);
      expect(parts).toEqual(['alpha 13-17', 'beta 2-2']);
      const last = pages[1]?.newer ?? pointer('');
      const { execution } = recording;
      const back = await source.readLog({ execution, position: { at: 'before', pointer: last } });
      expect(back.gap?.parts?.map(({ origin, from, to }) => `${origin.host} ${from}-${to}`)).toEqual(parts);
    },
  },
  {
    law: 'a copy is not seen before it is finished',
    needs: 'lose',
    async holds(subject) {
      const { sink, source } = subject;
      const { execution, alpha, beta } = await copying(sink);
      const notFound = { code: 'notFound' };
      await expect(source.getExecution({ execution })).rejects.toMatchObject(notFound);
      await expect(source.readLog({ ...alpha, position: { at: 'start' } })).rejects.toMatchObject(notFound);
      expect(await source.listExecutions({})).toEqual({ executions: [], total: 0 });
      await copying(sink);
      const changes = source.watch({})[Symbol.asyncIterator]();
      const change = changes.next();
      await vi.waitFor(() => expect(subject.waitingTails()).toBe(1), { timeout: 10_000, interval: 5 });
      await sink.finishHost({ ...beta, status: 'failed', exitCode: 2, at: day + 8 });
      await sink.finishExecution({ execution, status: 'failed', message: 'no luck', at: day + 9 });
      expect((await change).value).toEqual({ execution });
      await changes.return?.();
      const told = await source.getExecution({ execution });
      expect(told).toMatchObject({ createdAt: day - 7, startedAt: day, endedAt: day + 9, message: 'no luck' });
      expect(told).toMatchObject({ url: 'https://logs.example/1', status: 'failed' });
      expect(told.history?.map(({ status, at }) => [status, at - day])).toEqual([
        ['paused', -5],
        ['failed', 9],
      ]);
      expect((await source.listExecutions({})).executions.map(({ id }) => id)).toEqual([execution]);
      expect((await readOnward(source, alpha)).map(({ text }) => text)).toEqual(['a1', 'a2', 'a3']);
    },
  },
  {
    law: 'the lines of a copy keep the pointers that they had',
    needs: 'lose',
    async holds(subject) {
      const { sink, source } = subject;
      const { execution, alpha, beta } = await copying(sink);
      await sink.finishExecution({ execution, status: 'failed', at: day + 9 });
      const { wideScopes } = source.capabilities;
      const scopes = wideScopes ? [alpha, { execution, step: 'build' }, { execution }] : [alpha];
      const had = [1, 2, 3].map((number) => pointer(`other:copied%2Fone/4@${number}`));
      expect((await readOnward(source, alpha)).map((line) => line.pointer)).toEqual(had);
      for (const scope of scopes)
        for (const [i, one] of had.entries())
          expect(await lineAtPointer(source, scope, one)).toMatchObject({ text: `a${i + 1}`, pointer: one });
      const start = await source.readLog({
        ...alpha,
        position: { at: 'after', pointer: pointer('other:copied%2Fone/0@0') },
      });
      expect(linesIn(start)).toHaveLength(3);
      const before = { at: 'before', pointer: pointer(`${had[1] ?? ''}+`) } as const;
      expect(linesIn(await source.readLog({ ...alpha, position: before })).map(({ text }) => text)).toEqual([
        'a1',
        'a2',
      ]);
      const [host] = (await source.getStepResult({ execution, step: 'build', text: 'beta' })).hosts;
      expect(host?.firstError).toBe('other:copied%2Fone/3@1');
      const { scope } = await oneHost(subject);
      for (const bad of [...had.map((one) => one.replace('/4@', '/5@')), 'other:copied%2Fone/4@4'])
        await expect(
          source.readLog({ ...alpha, position: { at: 'after', pointer: pointer(bad) } }),
        ).rejects.toMatchObject({ code: 'invalidPointer' });
      for (const wrong of [beta, scope])
        await expect(
          source.readLog({ ...wrong, position: { at: 'after', pointer: had[0] ?? pointer('') } }),
        ).rejects.toMatchObject({ code: 'invalidPointer' });
    },
  },
];
