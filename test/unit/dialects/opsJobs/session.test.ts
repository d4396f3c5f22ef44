import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Credentials, CredentialStore } from '../../../../src/model/connect.ts';
import { openOpsJobs, type OpsJobsOptions } from '../../../../src/dialects/executor/opsJobs/source.ts';
import { follow } from '../../../contract/recording.ts';
import { eventually } from '../../../harness/eventually.ts';
import { OpsJobsDouble } from '../../../harness/opsJobs/server.ts';

class Kept implements CredentialStore {
  readonly written: Credentials[] = [];
  #now: Credentials | undefined;

  constructor(now?: Credentials) {
    this.#now = now;
  }

  async get(): Promise<Credentials | undefined> {
    return this.#now;
  }

  async set(credentials: Credentials): Promise<void> {
    this.#now = credentials;
    this.written.push(credentials);
  }
}

const pace = { heartbeat: 100, quiet: 50, freshness: 0, cadence: 20 };
const ann: Credentials = { user: 'ann', password: 'sesame' };

let double: OpsJobsDouble;

beforeEach(async () => {
  double = await OpsJobsDouble.open({ heartbeat: 100 });
  double.accounts.add('ann', 'sesame');
  double.addExecution();
});

afterEach(() => double[Symbol.asyncDispose]());

function open(credentials: Kept, options: OpsJobsOptions = {}) {
  return openOpsJobs(double.url, { pace, credentials, ...options });
}

test('signs in with a password once, and keeps the tokens', async () => {
  const kept = new Kept(ann);
  await using source = open(kept);
  await Promise.all([source.listExecutions({}), source.getExecution({ execution: '1' })]);
  expect(double.accounts.logins).toBe(1);
  expect(await kept.get()).toMatchObject({
    ...ann,
    token: expect.stringMatching(/^access-/),
    refreshToken: expect.stringMatching(/^refresh-/),
  });
});

test('two refusals at the same time exchange the token once, and the new refresh token is kept', async () => {
  const kept = new Kept(ann);
  await using source = open(kept);
  await source.listExecutions({});
  const first = (await kept.get())?.refreshToken;
  double.accounts.expire();
  await Promise.all([
    source.listExecutions({}),
    source.getExecution({ execution: '1' }),
    source.listExecutions({ limit: 3 }),
  ]);
  expect([double.accounts.refreshes, double.accounts.logins]).toEqual([1, 1]);
  const second = (await kept.get())?.refreshToken;
  expect(second).not.toBe(first);
  double.accounts.expire();
  await source.listExecutions({});
  expect([double.accounts.refreshes, double.accounts.logins]).toEqual([2, 1]);
});

test('signs in again when the refresh token has run out too', async () => {
  await using source = open(new Kept(ann));
  await source.listExecutions({});
  double.accounts.expire(true);
  expect((await source.listExecutions({})).executions.length).toBe(1);
  expect(double.accounts.logins).toBe(2);
});

test('without a password an ended session is unauthorized', async () => {
  await using source = open(new Kept({ token: 'of yesterday', refreshToken: 'used up' }));
  await expect(source.listExecutions({})).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringMatching(/session has ended/),
  });
  await using nobody = open(new Kept());
  await expect(nobody.listExecutions({})).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringMatching(/Sign in again/),
  });
});

test('a tail outlives the end of its session', async () => {
  const execution = double.executions[0];
  if (!execution) throw new Error('no execution');
  const step = double.addStep(execution, 'build', ['7']);
  await using source = open(new Kept(ann));
  const scope = { execution: '1', step: String(step.id), host: '7' };
  const tail = follow(source.tailLog({ ...scope, position: { at: 'start' } }));
  await eventually(() => expect(source.waiting).toBe(1));
  double.accounts.expire();
  double.cut();
  double.pushLine(execution, step, '7', 'after the session');
  double.finish(execution, 'success');
  expect((await tail).lines.map(({ text }) => text)).toEqual(['after the session']);
  expect(double.accounts.refreshes).toBe(1);
});

test.each([
  ['captcha', /captcha/, 'unauthorized'],
  ['otp', /one-time code/, 'unauthorized'],
] as const)('a sign-in that wants a %s is refused in words', async (demand, words, code) => {
  double.accounts.demand = demand;
  await using source = open(new Kept(ann));
  const error: unknown = await source.listExecutions({}).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
  expect(String(error)).toMatch(/token/);
  expect(String(error)).not.toContain('sesame');
});

test('a wrong password is unauthorized, and a locked account says when it opens again', async () => {
  await using source = open(new Kept({ user: 'ann', password: 'open up' }));
  for (let i = 0; i < 3; i++) await expect(source.listExecutions({})).rejects.toMatchObject({ code: 'unauthorized' });
  await expect(source.listExecutions({})).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/2026-03-01 10:30:00/),
  });
});

test('what is traced holds no secret', async () => {
  const traced: string[] = [];
  await using source = open(new Kept(ann), { trace: (words) => traced.push(words) });
  await source.listExecutions({});
  expect(traced.join('\n')).toMatch(/POST \/api\/auth\/login\/[^]*GET \/api\/executor\/execution-records\//);
  expect(traced.join('\n')).not.toMatch(/sesame|access-|refresh-/);
});
