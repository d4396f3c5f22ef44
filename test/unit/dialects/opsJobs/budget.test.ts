import { expect, test } from 'vitest';
import { Budget } from '../../../../src/dialects/executor/opsJobs/budget.ts';
import { defaultPace } from '../../../../src/dialects/executor/opsJobs/pace.ts';

const minute = 60_000;

function budget(requests = 400) {
  const clock = { now: Date.UTC(2026, 0, 2, 14) };
  return { clock, budget: new Budget({ ...defaultPace, requests }, () => clock.now) };
}

test('stays below what production allows', () => {
  expect(defaultPace.requests).toBeLessThan(500);
});

test('what is beyond the budget is refused, with the time at which the next is free', async () => {
  const { clock, budget: sent } = budget(3);
  for (let i = 0; i < 3; i++) {
    await sent.take();
    clock.now += minute;
  }
  await expect(sent.take()).rejects.toMatchObject({
    code: 'throttled',
    message: expect.stringMatching(/the 3 requests .* at 15:00:00 UTC, in 57 min/),
  });
  clock.now += 57 * minute;
  await sent.take();
  expect(sent.left).toBe(0);
});

test('the hour slides: what was sent an hour ago counts no more', async () => {
  const { clock, budget: sent } = budget(10);
  for (let i = 0; i < 6; i++) await sent.take();
  clock.now += 30 * minute;
  for (let i = 0; i < 2; i++) await sent.take();
  expect(sent.left).toBe(2);
  clock.now += 30 * minute;
  expect(sent.left).toBe(8);
});

test('after a refusal of the system nothing is sent until it said', async () => {
  const { clock, budget: sent } = budget();
  sent.block(10 * minute);
  await expect(sent.take()).rejects.toMatchObject({
    message: expect.stringMatching(/takes no more requests.* 10 min/),
  });
  expect(sent.cadence).toBeGreaterThanOrEqual(10 * minute);
  clock.now += 10 * minute;
  await sent.take();
});

test('a refusal is told for what it is, however the clock goes on meanwhile', async () => {
  let now = Date.UTC(2026, 0, 2, 14);
  const ticking = new Budget(defaultPace, () => now++);
  ticking.block(30 * minute);
  await expect(ticking.take()).rejects.toThrow('takes no more requests from this user');
});

test('polling for an hour never uses up what is left for people', async () => {
  const { clock, budget: sent } = budget();
  const start = clock.now;
  let polls = 0;
  for (let least = 400; clock.now < start + 3 * 60 * minute; polls++) {
    for (let i = 0; i < 4; i++) await sent.take();
    least = Math.min(least, sent.left);
    expect(least).toBeGreaterThan(20);
    clock.now += sent.cadence;
  }
  expect(polls).toBeGreaterThan(150);
});
