import { openOpsJobs, type OpsJobsSource } from '../../src/dialects/executor/opsJobs/source.ts';
import { describeLogSource } from './describeLogSource.ts';
import { OpsJobsDouble } from '../harness/opsJobs/server.ts';
import { OpsJobsWriter, renamed } from '../harness/opsJobs/writer.ts';
import type { LogSink } from '../../src/model/sink.ts';
import type { LogSource } from '../../src/model/source.ts';
import type { Subject } from './subject.ts';

/** Everything faster, and nothing remembered: a law reads what was written just before. */
const pace = { requests: 1_000_000, heartbeat: 200, quiet: 60, freshness: 0, cadence: 20, skew: 0 };

class OpsJobsSubject implements Subject {
  readonly #double: OpsJobsDouble;
  readonly #client: OpsJobsSource;
  readonly source: LogSource;
  readonly sink: LogSink;

  private constructor(double: OpsJobsDouble) {
    this.#double = double;
    this.#client = openOpsJobs(double.url, { patience: 0, pace });
    const writer = new OpsJobsWriter(double);
    this.source = renamed(this.#client, writer);
    this.sink = writer;
  }

  static async open(): Promise<OpsJobsSubject> {
    return new OpsJobsSubject(await OpsJobsDouble.open({ heartbeat: pace.heartbeat }));
  }

  waitingTails(): number {
    return this.#client.waiting;
  }

  cut(): void {
    this.#double.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.#double[Symbol.asyncDispose]();
  }
}

await describeLogSource('opsJobs', () => OpsJobsSubject.open());
