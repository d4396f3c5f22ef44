import { sliceColumns } from '../../src/base/lineBatch.ts';
import { openJobsSource } from '../../src/dialects/jobs/client.ts';
import { jobsRoutes } from '../../src/dialects/jobs/routes.ts';
import { createHandler } from '../../src/service/handler.ts';
import { listen } from '../../src/service/node.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { JobsDouble } from '../harness/jobs/server.ts';
import type { Generation } from '../harness/jobs/times.ts';
import { TcpProxy } from '../harness/tcpProxy.ts';
import { describeLogSource } from './describeLogSource.ts';
import { JobPerHost, linesFrom, underHosts, type JobStore } from './jobPerHost.ts';
import type { Subject } from './subject.ts';

/** Everything faster, and no patience: a law sees what breaks. */
const options = { patience: 0, pace: { watching: 20 } };

/** Enough for every law: how little is held of a job is tested by itself. */
const lines = 1_000_000;

function intoDouble(double: JobsDouble): JobStore {
  const job = (id: string) => double.jobs.get(id) ?? double.addJob(id);
  return {
    async begin(id, { name, startedAt }) {
      double.addJob(id, { name, createdAt: startedAt });
    },
    async write(id, columns, from) {
      for (const { text, stream, level, time } of linesFrom(columns, from)) {
        const at = time !== undefined && { time };
        double.log(job(id), text, { level: level === 'none' ? stream : level, ...at });
      }
    },
    async end(id, { status }) {
      if (job(id).status === 'running') double.change(job(id), { status: status === 'succeeded' ? status : 'failed' });
    },
  };
}

async function ofDouble(generation: Generation): Promise<Subject> {
  const double = await JobsDouble.open({ generation, heartbeat: 200, window: lines });
  const client = openJobsSource(double.url, options);
  const into = intoDouble(double);
  const sink = new JobPerHost({
    ...into,
    async begin(id, about) {
      await into.begin(id, about);
      // Where there is no list, what was opened is listed.
      if (generation === 'N') await client.getExecution({ execution: id });
    },
  });
  return {
    source: underHosts(client, sink),
    sink,
    waitingTails: () => client.waiting,
    // A stream that is only being opened breaks too.
    cut() {
      double.instead = (response) => Boolean(response.destroy());
      double.cut();
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await double[Symbol.asyncDispose]();
    },
  };
}

function intoStore(store: MemoryStore): JobStore {
  const place = { step: '1', host: 'h' };
  return {
    async begin(execution, about) {
      await store.createExecution({ ...about, execution });
      const step = { execution, step: '1', name: '1', order: 1, status: 'running', at: about.startedAt } as const;
      await store.startStep({ ...step, hosts: [{ id: 'h', name: 'h' }] });
    },
    async write(execution, columns, from) {
      const [host] = (await store.getStepResult({ execution, step: '1' })).hosts;
      if (from >= columns.count) return;
      const added = sliceColumns(columns, from, columns.count);
      await store.append({ execution, ...place, firstNumber: (host?.lines ?? 0) + 1, lines: added });
    },
    end: (execution, ending) => store.finishExecution({ ...ending, execution }),
  };
}

async function ofService(): Promise<Subject> {
  const store = new MemoryStore();
  const handler = createHandler({ served: { source: store }, routes: jobsRoutes({ lines }) });
  const server = await listen(handler, { port: 0, grace: 100 });
  const proxy = await TcpProxy.open(Number(new URL(server.url).port));
  const client = openJobsSource(`jobs+http://127.0.0.1:${proxy.port}`, options);
  const sink = new JobPerHost(intoStore(store));
  return {
    source: underHosts(client, sink),
    sink,
    waitingTails: () => client.waiting,
    cut() {
      proxy.refuse();
      proxy.cut();
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await server.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

await describeLogSource('jobs of the older GAgent', () => ofDouble('N'));
await describeLogSource('jobs of the newer GAgent', () => ofDouble('H'));
await describeLogSource('client(jobs(memory))', ofService);
