import { expect } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { openJobsSource, type JobsOptions } from '../../../../src/dialects/jobs/client.ts';
import type { TranscriptSource } from '../../../../src/held/transcriptSource.ts';
import type { LogLine } from '../../../../src/model/line.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import { eventually } from '../../../harness/eventually.ts';
import { JobsDouble, type JobsDoubleSettings } from '../../../harness/jobs/server.ts';

/** Everything but the silence faster than it is. */
const pace = { polling: 30, reconnecting: 10, silence: 60_000, watching: 20 };

/** A GAgent and a client of it. */
export class Pair implements AsyncDisposable {
  readonly double: JobsDouble;
  readonly source: TranscriptSource;

  private constructor(double: JobsDouble, query: string, options: JobsOptions) {
    this.double = double;
    this.source = openJobsSource(`jobs+${double.url}${query}`, { ...options, pace: { ...pace, ...options.pace } });
  }

  static async open(settings: JobsDoubleSettings = {}, options: JobsOptions = {}, query = ''): Promise<Pair> {
    return new Pair(await JobsDouble.open({ heartbeat: 40, ...settings }), query, options);
  }

  async lines(execution = 'a'): Promise<LogLine[]> {
    const page = await this.source.readLog({ execution, position: { at: 'start' }, limit: { lines: 50_000 } });
    return [...linesOf(page.lines)];
  }

  async texts(execution = 'a'): Promise<string[]> {
    return (await this.lines(execution)).map(({ text }) => text);
  }

  /** A tail from the start, and what it has said so far. */
  tail(execution = 'a') {
    const pages: LogPage[] = [];
    const texts = () => pages.flatMap(({ lines }) => [...linesOf(lines)].map(({ text }) => text));
    const states = () => pages.flatMap(({ state }) => state ?? []);
    const ended = (async () => {
      for await (const page of this.source.tailLog({ execution, position: { at: 'start' } })) pages.push(page);
    })();
    // Whoever waits for the end hears why it broke.
    ended.catch(() => undefined);
    const sees = (wanted: readonly string[]) => eventually(() => expect(texts()).toEqual(wanted));
    return { pages, texts, states, ended, sees };
  }

  /** Resolves when the double's stream has a listener. */
  async listening(): Promise<void> {
    await eventually(() => expect(this.double.listening).toBe(1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.double[Symbol.asyncDispose]();
  }
}
