import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LineColumnsBuilder } from '../../src/base/lineBatch.ts';
import type { CredentialStore } from '../../src/model/connect.ts';
import { openExecutorSource } from '../../src/dialects/executor/client.ts';
import { openLocalSink } from '../../src/sources/local/sink.ts';
import { eventually } from '../harness/eventually.ts';
import { entry, tokenOf, tokensFor } from '../harness/service.ts';
import { inRounds, roundsOf } from './stream/faultTable.ts';
import type { Outcome } from './stream/ledger.ts';
import { outcomeOf, Reader, Run } from './stream/run.ts';
import { Serving } from './stream/serving.ts';
import { wire } from './stream/wire.ts';

describe.concurrent('a wire', () => {
  test('that is half open is noticed by its silence, and left', async () => {
    await inRounds('half-open connection', roundsOf(2, 5), 8, async (round): Promise<Outcome> => {
      await using wired = await wire();
      const { store, proxy, client } = wired;
      const run = await Run.begin(() => store);
      await run.writeAll(50, 20);
      const reader = new Reader(client, { execution: run.execution });
      await reader.has(50);
      if (round % 2 === 0) {
        // The connection that is there goes silent, heartbeats and all.
        proxy.stall();
        await run.writeAll(50, 20);
        await eventually(() => expect(reader.seen.states).toContain('reconnecting'), { timeout: 60_000 });
        proxy.resume();
      } else {
        // The next connection is accepted by somebody who never answers.
        proxy.halfOpen();
        proxy.cut();
        await run.writeAll(50, 20);
        await eventually(() => expect(proxy.connections).toBeGreaterThan(0), { timeout: 60_000 });
        proxy.forward();
      }
      await run.writeAll(50, 20);
      await run.end();
      return await outcomeOf(run, reader);
    });
  });

  test('whose reader takes nothing costs the service no memory, and others nothing at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-stalled-'));
    try {
      await inRounds('stalled client', roundsOf(1, 1), 1, async () => {
        const path = join(folder, 'store.sqlite');
        await using sink = await openLocalSink(path);
        const run = await Run.begin(() => sink);
        const [host] = run.hosts;
        if (!host) throw new Error('no host');
        const megabytes = 64;
        const padding = 'x'.repeat(1_000);
        for (let i = 0; i < megabytes; i++) {
          const lines = new LineColumnsBuilder();
          for (let j = 1; j <= 1_000; j++) lines.add({ text: `${i * 1_000 + j} ${padding}` });
          await sink.append({ ...host, firstNumber: i * 1_000 + 1, lines: lines.build() });
        }
        await run.write(1, 100);
        await using serving = await Serving.start('--store', `sqlite:${path}`);
        const other = await openExecutorSource(serving.url, { patience: 60_000 });
        await using _ = other;
        const all = { ...host, position: { at: 'start' }, limit: { lines: 1_000 } } as const;
        const takeAll = async (): Promise<void> => {
          let taken = 0;
          for await (const page of other.tailLog(all)) if ((taken += page.lines.count) === megabytes * 1_000) break;
        };
        // The process takes for one reader what it will not take again for more of them.
        await takeAll();
        const { proxy } = serving;
        const before = await serving.memory();
        const stop = new AbortController();
        proxy.stall();
        const place = `/api/realtime/sse/logs/${run.execution}/?format=lines&step_id=deploy&host_id=alpha&at=start`;
        const stalled = Array.from({ length: 20 }, () => fetch(serving.url + place, { signal: stop.signal }));
        await eventually(() => expect(proxy.connections).toBeGreaterThanOrEqual(20));
        proxy.resume();
        // Their readers take the headers, and never a byte of what follows.
        for (const answer of stalled) expect((await answer).status).toBe(200);
        const reader = new Reader(other, { ...run.hosts[1], execution: run.execution });
        await run.write(1, 100);
        await reader.has(200);
        // As much time as somebody needs who takes everything.
        await takeAll();
        const grown = (await serving.memory()) - before;
        process.stdout.write(`stalled client: ${Math.round(grown / 1_048_576)} MB for 20 readers of ${megabytes} MB\n`);
        expect(grown).toBeLessThan((20 * megabytes * 1_048_576) / 5);
        stop.abort();
        await run.end();
        return await outcomeOf(run, reader);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('whose token is taken back says so, and brings nothing after that', async () => {
    await inRounds('token revoked', roundsOf(2, 4), 4, async () => {
      const tokens = tokensFor({ reader: { executions: ['*'] }, other: { executions: ['*'] } });
      await using wired = await wire({ tokens });
      const { store, url } = wired;
      const run = await Run.begin(() => store);
      await run.writeAll(50, 20);
      await using client = await openExecutorSource(url, { patience: 60_000, credentials: heldBy('reader') });
      await using kept = await openExecutorSource(url, { patience: 60_000, credentials: heldBy('other') });
      const reader = new Reader(client, { execution: run.execution });
      const staying = new Reader(kept, { execution: run.execution });
      await Promise.all([reader.has(50), staying.has(50)]);
      tokens.replace([entry('other', { executions: ['*'] })]);
      await run.writeAll(50, 20);
      await expect(reader.ended).rejects.toMatchObject({ code: 'unauthorized' });
      expect(reader.seen.lines).toBe(50);
      await run.end();
      return await outcomeOf(run, staying);
    });
  });
});

function heldBy(name: string): CredentialStore {
  return { get: async () => ({ token: tokenOf(name) }), set: async () => undefined };
}
