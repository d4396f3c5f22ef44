import { expect, test } from 'vitest';
import { processLease } from '../../../src/base/lease.ts';
import { Words } from '../../../src/cli/commandLine.ts';
import { openRetention } from '../../../src/cli/retention.ts';
import { serve } from '../../../src/cli/serve.ts';
import type { ServiceEvent } from '../../../src/service/serviceLog.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';

/** What a service that is started so says of what it will delete. */
async function said(...typed: readonly string[]): Promise<readonly unknown[]> {
  await using store = new MemoryStore();
  const events: ServiceEvent[] = [];
  const openLease = async () => Object.assign(processLease(), { [Symbol.asyncDispose]: async () => undefined });
  const admin = Object.assign(store, { usedBytes: () => Promise.resolve(1_000) });
  const place = { source: store, admin, openLease };
  await using retention = await openRetention(new Words(serve, [...typed]), place, (event) => void events.push(event));
  expect(events).toEqual([]);
  retention.announce();
  return events.map(({ level, event, words }) => [level, event, words]);
}

test('a service says when it starts what it will delete, and how to keep it', async () => {
  const words = (age: string) => `executions that ended more than ${age} ago are deleted, with their logs`;
  const off = '; --retention off keeps everything';
  expect(await said()).toEqual([['info', 'retention', words('90 days') + off]]);
  expect(await said('--retention', '12h')).toEqual([['info', 'retention', words('12 hours') + off]]);
  expect(await said('--retention', 'off')).toEqual([['info', 'retention', 'nothing is deleted: all is kept']]);
  expect(await said('--max-size', '1.5GB')).toEqual([
    [
      ...['info', 'retention'],
      'executions that ended more than 90 days ago, and the oldest while all takes more than 1.5 GB are deleted, ' +
        'with their logs; --retention off keeps what is old',
    ],
  ]);
  expect(await said('--max-size', '20MB', '--retention', 'off')).toEqual([
    ['info', 'retention', 'the oldest while all takes more than 20.0 MB are deleted, with their logs'],
  ]);
  await expect(said('--max-size', 'plenty')).rejects.toThrow('--max-size takes a size, like 500MB or 20GB');
});

test('a service that cannot tell what is kept does not promise to keep it small', async () => {
  await using store = new MemoryStore();
  const openLease = async () => Object.assign(processLease(), { [Symbol.asyncDispose]: async () => undefined });
  const opening = openRetention(
    new Words(serve, ['--max-size', '1GB']),
    { source: store, admin: store, openLease },
    () => expect.unreachable(),
  );
  await expect(opening).rejects.toThrow('--max-size needs a store or an archive in SQLite');
});
