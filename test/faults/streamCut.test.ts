import { describe, test } from 'vitest';
import type { CutPoint } from '../harness/tcpProxy.ts';
import { inRounds, roundsOf } from './stream/faultTable.ts';
import { outcomeOf, Reader, Run } from './stream/run.ts';
import { wire } from './stream/wire.ts';

/** Where a stream of events is cut; `nth` is which of the patterns it is, as rounds differ. */
const places: Readonly<Record<string, CutPoint['after']>> = {
  'before headers': 0,
  'inside headers': 'content-type: text/event-',
  'inside id:': 'id: memory:',
  'before the blank line': '}\n',
  'inside a character': Uint8Array.of(0xc3),
  'between the last line and the end': 'event: en',
};

describe('a stream that is cut goes on behind the last line', () => {
  for (const [where, after] of Object.entries(places))
    test(where, async () => {
      await using wired = await wire();
      const { store, proxy, client } = wired;
      await inRounds(`stream cut ${where}`, roundsOf(3, 5), 1, async (round) => {
        const run = await Run.begin(() => store);
        await run.write(0, 3);
        const late = where === 'between the last line and the end';
        const early = where === 'before headers' || where === 'inside headers';
        const cut = early ? proxy.cutAfter({ direction: 'fromServer', after }) : undefined;
        const { execution } = run;
        const reader = new Reader(client, round % 2 === 0 ? { execution } : { ...run.hosts[0], execution });
        if (!early) await reader.has(3);
        const later = cut ?? proxy.cutAfter({ direction: 'fromServer', after });
        if (late) await run.writeAll(200, 30);
        else await Promise.all([later, run.writeAll(200, 30)]);
        await run.end();
        await later;
        return outcomeOf(run, reader);
      });
    });
});
