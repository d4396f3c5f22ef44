import { CronJobs } from '../../src/dialects/cronjobs/client/source.ts';
import type { LogSink } from '../../src/model/sink.ts';
import type { LogSource } from '../../src/model/source.ts';
import { CronJobsDouble } from '../harness/cronjobs/server.ts';
import { CronJobsWriter } from '../harness/cronjobs/writer.ts';
import { describeLogSource } from './describeLogSource.ts';
import type { Subject } from './subject.ts';

/** Everything faster, and nothing remembered: a law reads what was written just before. */
const pace = {
  ...{ polling: 10, bounds: [10, 10] as const, streaming: 20, gap: 1, thorough: 30, settling: 5, names: 0 },
  backoff: [1, 5] as const,
};

class CronJobsSubject implements Subject {
  readonly #double: CronJobsDouble;
  readonly #client: CronJobs;
  readonly source: LogSource;
  readonly sink: LogSink;

  private constructor(double: CronJobsDouble, streams: boolean) {
    this.#double = double;
    double.streams = streams;
    this.#client = new CronJobs(double.url, { pace });
    this.source = this.#client.source;
    this.sink = new CronJobsWriter(double.tables);
  }

  static async open(streams: boolean): Promise<CronJobsSubject> {
    return new CronJobsSubject(await CronJobsDouble.open(), streams);
  }

  waitingTails(): number {
    return this.#client.source.waiting;
  }

  cut(): void {
    this.#double.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.#double[Symbol.asyncDispose]();
  }
}

await describeLogSource('cronjobs, polled', () => CronJobsSubject.open(false));
await describeLogSource('cronjobs, with a stream that works', () => CronJobsSubject.open(true));
