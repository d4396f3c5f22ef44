import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLease } from '../../src/sources/open.ts';
import { eventually } from '../harness/eventually.ts';
import { Program, temporaryFolder } from './store/processes.ts';

describe('a lease on a store', () => {
  it('is held by one at a time, and by the next when it is given back', async () => {
    await using folder = await temporaryFolder();
    const url = `sqlite:${join(folder.path, 'store.sqlite')}`;
    await using one = await openLease(url, 'cron');
    await using other = await openLease(url, 'cron');
    await using third = await openLease(url, 'archive');
    const held = await one.hold(async () => [
      await other.hold(async () => 'cron'),
      await other.hold(async () => 'cron'),
      await third.hold(async () => 'archive'),
    ]);
    expect(held).toEqual([undefined, undefined, 'archive']);
    await expect(one.hold(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await other.hold(async () => 'cron')).toBe('cron');
  });

  it('is kept from other processes, and is free again when its holder is killed', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await using holder = new Program('leaseHolder.ts', [path, 'cron']);
    await eventually(() => expect(holder.lines).toEqual([{ held: true }]));
    await using lease = await openLease(`sqlite:${path}`, 'cron');
    expect(await lease.hold(async () => 'mine')).toBe(undefined);
    await holder.kill();
    expect(await lease.hold(async () => 'mine')).toBe('mine');
  });

  it('stays held while others of the same process ask for it in vain', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await using one = await openLease(`sqlite:${path}`, 'cron');
    await using other = await openLease(`sqlite:${path}`, 'cron');
    await one.hold(async () => {
      expect(await other.hold(async () => 'mine')).toBe(undefined);
      await using stranger = new Program('leaseHolder.ts', [path, 'cron']);
      await eventually(() => expect(stranger.lines).toEqual([{ held: false }]));
    });
  });

  it('says what is wrong where it cannot be had', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await mkdir(`${path}-cron.lock`);
    await using lease = await openLease(`sqlite:${path}`, 'cron');
    await expect(lease.hold(async () => 'mine')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`${path}-cron.lock`) as string,
    });
  });
});
