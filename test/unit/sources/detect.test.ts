import { expect, test } from 'vitest';
import type { ConnectOptions, FoundSystem } from '../../../src/model/connect.ts';
import { openSource } from '../../../src/sources/open.ts';
import { CronJobsDouble } from '../../harness/cronjobs/server.ts';
import { JobsDouble } from '../../harness/jobs/server.ts';
import { OpsJobsDouble } from '../../harness/opsJobs/server.ts';
import { startService, tokenOf, tokensFor } from '../../harness/service.ts';
import { serveHttp } from '../dialects/httpServer.ts';

/** What is found at an address, and what the list there says first. */
async function look(url: string, options: ConnectOptions = {}) {
  const systems: FoundSystem[] = [];
  await using opened = await openSource(url, { ...options, found: (system) => void systems.push(system) });
  const { executions } = await opened.source.listExecutions({ limit: 1 });
  return { found: systems.map(({ name }) => name), first: executions[0]?.name };
}

const known = { get: async () => ({ token: tokenOf('reader') }), set: async () => undefined };

test('a service of ours is found', async () => {
  await using service = await startService();
  await service.store.createExecution({ execution: 'x', name: 'ours', startedAt: 1 });
  expect(await look(service.url)).toEqual({ found: ['Execution Logs'], first: 'ours' });
});

test('an ops-jobs is found by two, whether or not it wants to know who asks', async () => {
  await using double = await OpsJobsDouble.open();
  double.addExecution({ name: 'deploy' });
  expect(await look(double.url)).toEqual({ found: ['ops-jobs'], first: 'deploy' });
  expect(double.requests.filter((request) => /cronjobs|\/jobs/.test(request))).toEqual([]);
  // What its framework does not know is not there, whoever asks.
  await using guarded = await serveHttp(({ url }, response) => {
    const isThere = url?.startsWith('/api/executor/execution-records/') ?? false;
    response.writeHead(isThere ? 401 : 404, { 'content-type': 'application/json' });
    response.end(isThere ? '{"detail":"身份认证信息未提供。"}' : '<h1>Not Found</h1>');
  });
  const found: string[] = [];
  await using opened = await openSource(guarded.url, { found: ({ name }) => void found.push(name) });
  await expect(opened.source.listExecutions({})).rejects.toMatchObject({ code: 'unauthorized' });
  expect(found).toEqual(['ops-jobs']);
});

test('a weaver is found by its list of jobs, with the zone that the connection says', async () => {
  await using double = await CronJobsDouble.open();
  expect(await look(double.url)).toEqual({ found: ['weaver'], first: undefined });
  double.tables.zone = 480;
  const startedAt = Date.UTC(2026, 1, 3);
  const { id } = double.tables.addRun(double.tables.addJob('Nightly papers'), { startedAt });
  await using opened = await openSource(`${double.url}?zone=+08:00`);
  expect(await opened.source.getExecution({ execution: id })).toMatchObject({ name: 'Nightly papers', startedAt });
});

test('a GAgent is found, the older one too, which has no list', async () => {
  for (const generation of ['H', 'N'] as const) {
    await using double = await JobsDouble.open({ generation });
    expect((await look(double.url)).found, generation).toEqual(['GAgent']);
  }
});

test('whoever has to sign in first is asked nothing else, and found when they have', async () => {
  for (const status of [401, 403]) {
    await using closed = await serveHttp(
      (_, response) => void response.writeHead(status).end('{"detail":"Who are you?"}'),
    );
    const found: string[] = [];
    await using opened = await openSource(closed.url, { found: ({ name }) => void found.push(name) });
    const code = status === 401 ? 'unauthorized' : 'forbidden';
    await expect(opened.source.listExecutions({})).rejects.toMatchObject({ code });
    expect(new Set(closed.requests.map(({ url }) => url))).toEqual(new Set(['/api/executor/capabilities/']));
    expect(found).toEqual([]);
  }
  await using guarded = await startService({ tokens: tokensFor({ reader: { executions: ['*'] } }) });
  await expect(look(guarded.url)).rejects.toMatchObject({ code: 'unauthorized' });
  expect((await look(guarded.url, { credentials: known })).found).toEqual(['Execution Logs']);
});

test('a server that cannot say now what it is is asked again', async () => {
  await using double = await CronJobsDouble.open();
  const { name } = double.tables.addJob('Nightly papers');
  double.tables.addRun(double.tables.addJob(name));
  for (const path of [/capabilities/, /execution-records/, /cronjobs\/$/]) {
    const found: string[] = [];
    double.instead = (asked) => (path.test(asked) ? { status: 503, body: '' } : undefined);
    await using opened = await openSource(double.url, { found: (system) => void found.push(system.name) });
    await expect(opened.source.listExecutions({})).rejects.toMatchObject({ code: 'unavailable' });
    expect(found).toEqual([]);
    double.instead = undefined;
    expect((await opened.source.listExecutions({})).executions.length).toBe(1);
    expect(found).toEqual(['weaver']);
  }
});

test('when nothing answers that is known, it says what was tried and what to write', async () => {
  const pages = ['', '{"detail":"Not Found"}', '[]', '{"results":{}}', '<html>Welcome</html>', '[{"id":1}]', 'null'];
  for (const body of pages)
    for (const status of [200, 404, 405]) {
      if (body === '[]' && status === 200) continue;
      await using other = await serveHttp((_, response) => void response.writeHead(status).end(body));
      await using opened = await openSource(`${other.url}/base/`);
      const failing = expect(opened.source.listExecutions({})).rejects;
      await failing.toMatchObject({
        code: 'invalidRequest',
        message:
          `Nothing that is known here answers at ${other.url}/base (tried: Execution Logs, ops-jobs, weaver, GAgent). ` +
          'Look whether the address is right; or say what it is: ' +
          `executor+${other.url}/base, cronjobs+${other.url}/base, jobs+${other.url}/base.`,
      });
      expect(other.requests.length).toBeLessThanOrEqual(8);
    }
});

test('a server that sends everybody elsewhere is told of in those words', async () => {
  await using other = await serveHttp(
    (_, response) => void response.writeHead(302, { location: 'https://sign-in.invalid/' }).end(),
  );
  await expect(look(other.url)).rejects.toMatchObject({
    code: 'invalidRequest',
    message: expect.stringContaining('sign-in.invalid') as string,
  });
});

test('whoever says what it is is not asked', async () => {
  await using weaver = await CronJobsDouble.open();
  expect((await look(`cronjobs+${weaver.url}`)).found).toEqual([]);
  await using jobs = await JobsDouble.open();
  await look(`jobs+${jobs.url}`);
  await using ops = await OpsJobsDouble.open();
  expect((await look(`executor+${ops.url}`)).found).toEqual(['ops-jobs']);
  const asked = [...weaver.requests, ...jobs.requests].filter((request) => request.includes('/api/executor/'));
  expect(asked).toEqual([]);
});
