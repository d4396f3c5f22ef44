import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogError } from '../../src/model/errors.ts';
import type { LogSink } from '../../src/model/sink.ts';
import { combined, combinedAdmin, combinedStatistics } from '../../src/sources/combined.ts';
import { openLocalSink } from '../../src/sources/local/sink.ts';
import { openLocalSource } from '../../src/sources/local/source.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { archiveExecution } from '../../src/tools/archive.ts';
import { describeLogSource } from './describeLogSource.ts';
import type { Subject } from './subject.ts';

/** A store in memory whose executions move to a store on disk; `sinkOf` says when. */
async function open(
  sinkOf: (live: MemoryStore, move: (execution: string) => Promise<void>, archive: LogSink) => LogSink,
) {
  const folder = await mkdtemp(join(tmpdir(), 'execlogs-combined-'));
  const path = join(folder, 'archive.sqlite');
  const live = new MemoryStore();
  const archive = { source: openLocalSource(path), sink: await openLocalSink(path) };
  const move = async (execution: string): Promise<void> => {
    await archiveExecution(live, archive, { execution }, { statistics: live });
    await live.deleteExecution({ execution });
  };
  return {
    source: combined(live, archive.source),
    sink: sinkOf(live, move, archive.sink),
    admin: combinedAdmin(live, archive.source),
    statistics: combinedStatistics(live, archive.source),
    waitingTails: () => live.waiting,
    live,
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await archive.source[Symbol.asyncDispose]();
      await archive.sink[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

async function staying(): Promise<Subject> {
  const { live, ...subject } = await open((store) => store);
  return { ...subject, trim: async (ref, to) => live.trim(ref, to) };
}

function moving(): Promise<Subject> {
  const moved = new Set<string>();
  return open((live, move, archive) => ({
    createExecution: (about) => live.createExecution(about),
    startStep: (step) => live.startStep(step),
    startHost: (host) => live.startHost(host),
    append: (batch) => live.append(batch),
    metric: (metric) =>
      live.metric(metric).catch(async (error: unknown) => {
        // What has moved is known where it is now.
        if (!(error instanceof LogError) || error.code !== 'notFound') throw error;
        await archive.metric?.(metric);
      }),
    finishHost: (end) => live.finishHost(end),
    finishStep: (end) => live.finishStep(end),
    async finishExecution(end) {
      if (moved.has(end.execution)) return;
      moved.add(end.execution);
      await live.finishExecution(end);
      await move(end.execution);
    },
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  }));
}

await describeLogSource('combined(memory, local), all of it live', staying);
await describeLogSource('combined(memory, local), archived as soon as it has ended', moving);
