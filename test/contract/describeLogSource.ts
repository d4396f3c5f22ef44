import { describe, it } from 'vitest';
import { changeLaws } from './laws/changes.ts';
import { copyLaws } from './laws/copies.ts';
import { errorLaws } from './laws/errors.ts';
import { filterLaws } from './laws/filters.ts';
import { lifetimeLaws } from './laws/lifetime.ts';
import { lineLaws } from './laws/lines.ts';
import { listLaws } from './laws/lists.ts';
import { pageLaws } from './laws/pages.ts';
import { scopeLaws } from './laws/scopes.ts';
import { seekLaws } from './laws/seek.ts';
import { statisticsLaws } from './laws/statistics.ts';
import { tailLaws } from './laws/tails.ts';
import { writeLaws } from './laws/writes.ts';
import type { Law, Subject } from './subject.ts';

const laws: readonly Law[] = [
  ...pageLaws,
  ...seekLaws,
  ...tailLaws,
  ...filterLaws,
  ...scopeLaws,
  ...writeLaws,
  ...copyLaws,
  ...changeLaws,
  ...listLaws,
  ...lineLaws,
  ...statisticsLaws,
  ...lifetimeLaws,
  ...errorLaws,
];

/** Every law that a log source keeps, each a test of its own on a subject of its own. */
export async function describeLogSource(name: string, open: () => Promise<Subject>): Promise<void> {
  await using probe = await open();
  const { capabilities } = probe.source;
  const has = (need: Law['needs']): boolean => {
    if (need === undefined) return true;
    return need === 'lose' ? probe.sink.lose !== undefined : probe[need] !== undefined;
  };
  const bound = (law: Law): boolean => (law.binds?.(capabilities) ?? true) && has(law.needs);
  describe(name, () => {
    for (const law of laws)
      it.skipIf(!bound(law))(law.law, async () => {
        await using subject = await open();
        await law.holds(subject);
      });
  });
}
