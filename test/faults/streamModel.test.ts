import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/base/lineBatch.ts';
import { pointer } from '../../src/model/pointer.ts';
import { eventually } from '../harness/eventually.ts';
import { roundsOf, tellRounds } from './stream/faultTable.ts';
import type { Outcome } from './stream/ledger.ts';
import { outcomeOf, Reader, Run } from './stream/run.ts';
import { Stack } from './stream/stack.ts';

const host = fc.integer({ min: 0, max: 1 });
const size = fc.integer({ min: 1, max: 60 });
const percent = fc.integer({ min: 0, max: 100 });

/** What may happen between a writer and its readers. */
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), host, size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('write again' as const), host }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('cut after' as const), bytes: fc.integer({ min: 0, max: 5_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stall' as const), host, size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart the service' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill Redis' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const), host, percent }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), host }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go back' as const), percent }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function happen(what: Action, stack: Stack, run: Run, readers: readonly Reader[]): Promise<void> {
  switch (what.do) {
    case 'write':
      return run.write(what.host, what.size);
    case 'write again':
      return run.writeAgain(what.host);
    case 'cut after':
      void stack.proxy.cutAfter({ direction: 'fromServer', after: what.bytes });
      return;
    case 'cut':
      stack.proxy.cut();
      return;
    case 'stall':
      stack.proxy.stall();
      setImmediate(() => stack.proxy.resume());
      return run.write(what.host, what.size);
    case 'restart the service':
      return stack.restartService();
    case 'kill Redis':
      return stack.restartRedis();
    case 'trim':
      return trim(stack, run, what);
    case 'reopen':
      return readers[what.host]?.reopen();
    case 'go back':
      return goBack(stack, readers[1], what.percent);
  }
}

async function trim(
  stack: Stack,
  run: Run,
  { host: index, percent: part }: { host: number; percent: number },
): Promise<void> {
  const ref = run.hosts[index];
  if (ref) await stack.trim(ref, Math.floor((run.written(index) * part) / 100));
}

/** A pointer given out before leads to where it led; damaged ones lead nowhere. */
async function goBack(stack: Stack, reader: Reader | undefined, part: number): Promise<void> {
  const old = reader?.pointers[Math.floor(((reader.pointers.length - 1) * part) / 100)];
  if (!reader || old === undefined) return;
  const number = Number(/@(\d+)$/.exec(old)?.[1]);
  const { page, refused } = await eventually(async () => {
    const read = (from: string) =>
      stack.client.readLog({ ...reader.scope, position: { at: 'after', pointer: pointer(from) }, limit: { lines: 3 } });
    return { page: await read(old), refused: await read(`${old}x`).catch((error: unknown) => error) };
  });
  // Of an answer that was cut only the status may have come.
  expect(refused).toMatchObject({
    code: expect.stringMatching(/^(invalidPointer|invalidRequest|unavailable)$/) as string,
  });
  const [first] = linesOf(page.lines);
  const next = page.gap?.from ?? first?.number;
  if (next !== undefined) expect(next).toBe(number + 1);
}

test('whatever happens, every acknowledged line is shown once or is in a gap', async () => {
  await using stack = await Stack.start();
  const outcomes: Outcome[] = [];
  const rounds = fc.array(action, { minLength: 4, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(rounds, async (actions) => {
      const run = await Run.begin(() => stack.sink);
      const { execution } = run;
      const [first] = run.hosts;
      const readers = [
        new Reader(stack.client, { execution }),
        new Reader(stack.client, { ...first, execution }, { lines: 9 }),
      ];
      for (const what of actions) await happen(what, stack, run, readers);
      await run.end();
      outcomes.push(await outcomeOf(run, ...readers));
      expect(outcomes.at(-1)?.wrong).toBeUndefined();
      await eventually(() => expect(stack.moved).toContain(execution), { timeout: 60_000 });
      outcomes.push(await outcomeOf(run, new Reader(stack.client, { execution })));
      expect(outcomes.at(-1)?.wrong).toBeUndefined();
    }),
    { numRuns: roundsOf(4, 25), endOnFailure: true },
  );
  tellRounds(
    'anything',
    outcomes.filter((_, i) => i % 2 === 0),
  );
  tellRounds(
    'anything, then read from the archive',
    outcomes.filter((_, i) => i % 2 === 1),
  );
});
