import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { openOpsJobs } from '../../../../src/dialects/executor/opsJobs/source.ts';
import { follow } from '../../../contract/recording.ts';
import { eventually } from '../../../harness/eventually.ts';
import { OpsJobsDouble } from '../../../harness/opsJobs/server.ts';

const pace = {
  heartbeat: 40,
  quiet: 25,
  freshness: 0,
  cadence: 15,
  skew: 0,
  backoff: [3, 30] as const,
  requests: 1_000_000,
};

type Happening =
  | { readonly kind: 'engine' | 'agent' | 'foreign' | 'blank'; readonly count: number }
  | { readonly kind: 'cut' | 'result' | 'caughtUp' | 'streamless'; readonly count?: never };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('engine' as const, 'agent' as const), count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('foreign' as const), count: fc.constantFrom(1, 5, 199, 200, 230) }),
  fc.record({ kind: fc.constantFrom('cut' as const, 'result' as const, 'caughtUp' as const, 'streamless' as const) }),
  fc.record({ kind: fc.constant('blank' as const), count: fc.constant(2) }),
);

/** Does to a running execution what the happenings say; gives what its host wrote. */
async function run(happenings: readonly Happening[], seed: number) {
  await using double = await OpsJobsDouble.open({ heartbeat: pace.heartbeat });
  const execution = double.addExecution();
  const step = double.addStep(execution, 'build', ['7']);
  await using source = openOpsJobs(double.url, { pace });
  const scope = { execution: String(execution.id), step: String(step.id), host: '7' };
  const engine: string[] = [];
  const agent: string[] = [];
  let seen = 0;
  const tail = follow(source.tailLog({ ...scope, position: { at: 'start' } }), (lines) => {
    seen = lines.length;
    return false;
  });
  for (const one of happenings) {
    if (one.kind === 'cut') double.cut();
    else if (one.kind === 'streamless') double.streamless = !double.streamless;
    else if (one.kind === 'result') double.pushResult(execution, '50');
    else if (one.kind === 'caughtUp') await eventually(() => expect(seen).toBe(engine.length + agent.length));
    else if (one.kind === 'foreign') double.pushForeign(one.count);
    else
      for (let i = 0; i < (one.count ?? 0); i++) {
        if (one.kind === 'blank') double.pushLine(execution, step, '7', '');
        else if (one.kind === 'engine') engine.push(`engine ${engine.length} ${seed}`);
        else agent.push(`agent ${agent.length} ${seed}`);
        if (one.kind === 'engine') double.pushLine(execution, step, '7', engine.at(-1) ?? '');
        if (one.kind === 'agent') double.pushAgentLine(execution, step, '7', agent.at(-1) ?? '');
      }
    await turn();
  }
  double.finish(execution, 'success');
  const { lines, pages } = await tail;
  const texts = lines.map(({ text }) => text);
  const page = await source.readLog({ ...scope, position: { at: 'start' }, limit: { lines: 10_000 } });
  expect([...linesOf(page.lines)].map(({ text }) => text)).toEqual(texts);
  expect(pages.filter(({ gap }) => gap)).toEqual([]);
  return { texts, engine, agent };
}

test('whatever happens to a stream, a tail gives every line of its host once, each writer in its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 14 }), fc.nat(), async (happenings, seed) => {
      const { texts, engine, agent } = await run(happenings, seed);
      expect(texts.filter((text) => text.startsWith('engine'))).toEqual(engine);
      expect(texts.filter((text) => text.startsWith('agent'))).toEqual(agent);
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 120_000);
