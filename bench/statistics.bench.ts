import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineColumnsBuilder } from '../src/base/lineBatch.ts';
import type { LineColumns } from '../src/model/line.ts';
import type { LogSink } from '../src/model/sink.ts';
import type { StatisticsQuery } from '../src/model/statistics.ts';
import { openLocalSink } from '../src/sources/local/sink.ts';
import { openLocalSource, type LocalSource } from '../src/sources/local/source.ts';
import { median, type Bench, type OpenBench, type Ratio } from './bench.ts';

const runs = 500;
const jobs = 10;
const steps = 4;
const batchLines = 5_000;
const linesOfRun = steps * batchLines;
const begin = Date.UTC(2026, 0, 1);
const hour = 3_600_000;
const asksPerRound = 20;

/**
 * What it takes to ask for the statistics of one execution, of a job, of a day and of everything in an embedded store of
 * ten million lines, in milliseconds; a round's figure is the median of its asks.
 */
export const bench: Bench = {
  id: 'statistics',
  async open(): Promise<OpenBench> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-bench-'));
    const path = join(folder, 'store.sqlite');
    const sink = await openLocalSink(path);
    for (let run = 0; run < runs; run++) await record(sink, run);
    await sink[Symbol.asyncDispose]();
    const source = openLocalSource(path);
    const { lines } = await source.statistics({});
    if (lines !== runs * linesOfRun) throw new Error(`there are ${lines} lines`);
    return {
      ratios: [
        asking('execution', source, (round) => ({ execution: `run-${(round * 37) % runs}` })),
        asking('job', source, (round) => ({ job: `job-${round % jobs}` })),
        asking('day', source, (round) => ({
          since: begin + round * 24 * hour,
          until: begin + (round + 1) * 24 * hour,
        })),
        asking('all', source, () => ({})),
      ],
      async [Symbol.asyncDispose]() {
        await source[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  },
};

/** A run every four hours; each step takes about one, and one line in a hundred is an error. */
async function record(sink: LogSink, run: number): Promise<void> {
  const execution = `run-${run}`;
  const startedAt = begin + run * 4 * hour;
  await sink.createExecution({ execution, name: 'bench', job: `job-${run % jobs}`, startedAt });
  for (let order = 1; order <= steps; order++) {
    const step = `step-${order}`;
    const at = startedAt + (order - 1) * hour;
    const hosts = [{ id: 'alpha', name: 'alpha' }];
    await sink.startStep({ execution, step, name: step, order, status: 'running', hosts, at });
    await sink.append({ execution, step, host: 'alpha', firstNumber: 1, lines: batchAt(at) });
  }
  await sink.finishExecution({ execution, status: run % 7 ? 'succeeded' : 'failed', at: startedAt + 4 * hour });
}

function batchAt(at: number): LineColumns {
  const builder = new LineColumnsBuilder();
  for (let i = 0; i < batchLines; i++)
    builder.add({
      text:
        i % 100
          ? `compiling module ${i}`
          : `ERROR module ${i} has no ${'abcdefghij'[i % 9] ?? ''}${'klmno'[i % 5] ?? ''}`,
      time: at + i * 700,
    });
  return builder.build();
}

function asking(id: string, source: LocalSource, queryOf: (round: number) => StatisticsQuery): Ratio {
  return {
    id: `statistics-${id}`,
    unit: 'ms',
    target: 50,
    direction: 'atMost',
    async ours(round) {
      const times: number[] = [];
      for (let ask = 0; ask < asksPerRound; ask++) {
        const start = performance.now();
        await source.statistics(queryOf(round + ask));
        times.push(performance.now() - start);
      }
      return { value: median(times) };
    },
  };
}
