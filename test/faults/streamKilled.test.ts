import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { openExecutorSource } from '../../src/dialects/executor/client.ts';
import { openExecutorSink } from '../../src/dialects/executor/sink.ts';
import { RedisServer } from '../harness/redisServer.ts';
import { inRounds, roundsOf } from './stream/faultTable.ts';
import { outcomeOf, Reader, Run } from './stream/run.ts';
import { Serving } from './stream/serving.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execlogs-killed-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes through the service while it is killed, or stopped, at moments that differ from round to round, and reads it from two places. */
async function killedMidTail(name: string, store: string, rounds: number): Promise<void> {
  await using serving = await Serving.start('--store', store);
  await using client = await openExecutorSource(serving.url, { patience: 60_000 });
  await using sink = await openExecutorSink(serving.url);
  await inRounds(name, rounds, 1, async (round) => {
    const run = await Run.begin(() => sink);
    const { execution } = run;
    const readers = [
      new Reader(client, { execution }),
      new Reader(client, { ...run.hosts[1], execution }, { lines: 7 }),
    ];
    const writing = run.writeAll(400, 25).then(() => run.end());
    await readers[0]?.has(1 + ((round * 67) % 300));
    await serving.restart(round % 3 === 1 ? 'SIGTERM' : 'SIGKILL');
    await writing;
    return outcomeOf(run, ...readers);
  });
}

describe('a service that is killed and started again while it is written to and read', () => {
  test('over SQLite', () =>
    killedMidTail('service killed over sqlite', `sqlite:${join(folder, 's.sqlite')}`, roundsOf(3, 8)));

  test('over Redis', async () => {
    await using redis = await RedisServer.start({ appendOnly: true });
    await killedMidTail('service killed over redis', redis.url, roundsOf(3, 8));
  });
});
