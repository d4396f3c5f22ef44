import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogSink } from '../../src/model/sink.ts';
import { openLocalSink } from '../../src/sources/local/sink.ts';
import { openLocalSource, type LocalSource } from '../../src/sources/local/source.ts';
import { describeLogSource } from './describeLogSource.ts';
import type { Subject } from './subject.ts';

class LocalSubject implements Subject {
  readonly #folder: string;
  source: LocalSource;
  sink: LogSink;

  private constructor(folder: string, source: LocalSource, sink: LogSink) {
    this.#folder = folder;
    this.source = source;
    this.sink = sink;
  }

  static async open(): Promise<LocalSubject> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-contract-'));
    const path = join(folder, 'store.sqlite');
    return new LocalSubject(folder, openLocalSource(path), await openLocalSink(path));
  }

  get admin(): LocalSource {
    return this.source;
  }

  get statistics(): LocalSource {
    return this.source;
  }

  waitingTails(): number {
    return this.source.waiting;
  }

  async restart(): Promise<void> {
    await this.#close();
    const path = join(this.#folder, 'store.sqlite');
    this.source = openLocalSource(path);
    this.sink = await openLocalSink(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await rm(this.#folder, { recursive: true });
  }

  async #close(): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}

await describeLogSource('local', () => LocalSubject.open());
