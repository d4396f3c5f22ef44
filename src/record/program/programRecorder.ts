import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import type { Level, Stream } from '../../model/line.ts';
import type { LogSink, NewExecution } from '../../model/sink.ts';
import { newExecutionId } from '../executionId.ts';
import { Recording, type Losses } from '../recording.ts';
import { errorText } from './errorText.ts';
import type { Fields, ProgramPlace } from './programPlace.ts';
import { localHost, ProgramRun } from './programRun.ts';

/** What is known of a run before it begins. */
export type RunAbout = Pick<NewExecution, 'name' | 'job' | 'kind' | 'user'>;

interface Here {
  readonly run: ProgramRun;
  readonly place?: ProgramPlace;
}

/** Records what a program does, while it does it: what is logged belongs to the step and the run that it is called in. */
export class ProgramRecorder {
  readonly #sink: LogSink;
  readonly #hostName: string;
  readonly #report: (words: string) => void;
  readonly #here = new AsyncLocalStorage<Here>();
  readonly #runs = new Set<Promise<unknown>>();

  /** The sink stays the caller's. `report` is told in words what could not be recorded, and what belongs to no run. */
  constructor(sink: LogSink, hostName: string, report: (words: string) => void) {
    this.#sink = sink;
    this.#hostName = hostName;
    this.#report = report;
  }

  /** Does the work as an execution of its own; gives what it gives, throws what it throws, once that is written. */
  run<T>(about: RunAbout, work: () => T | Promise<T>): Promise<T> {
    const running: Promise<T> = this.#run(about, work).finally(() => this.#runs.delete(running));
    this.#runs.add(running);
    return running;
  }

  /** Does the work as a step of the run it is called in, within the step it is called in. */
  async step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const [result] = await this.stepOn(name, [localHost], work);
    return result as T;
  }

  /** Does the work once for each host, side by side; throws what the first failure was when all have ended. */
  async stepOn<T>(name: string, hosts: readonly string[], work: (host: string) => T | Promise<T>): Promise<T[]> {
    const here = this.#here.getStore();
    if (hosts.length === 0) return [];
    if (!here || here.run.hasEnded) {
      this.#report(`The step "${name}" belongs to no run and is not recorded; call it within run().`);
      return Promise.all(hosts.map(work));
    }
    const places = here.run.begin(name, [...new Set(hosts)], here.place?.open);
    const ended = await Promise.allSettled(
      places.map((place) =>
        this.#here.run({ run: here.run, place }, () => here.run.within(place, () => work(place.host))),
      ),
    );
    return ended.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }

  log(level: Level, said: unknown, fields?: Readonly<Record<string, unknown>>): void {
    const text = said instanceof Error ? errorText(said) : typeof said === 'string' ? said : inspect(said);
    const stream = level === 'warn' || level === 'error' || level === 'fatal' ? 'stderr' : 'stdout';
    if (!this.write(text, stream, level, fields && textsOf(fields))) this.#report(text);
  }

  /** Writes lines where they belong; false when that is nowhere. */
  write(text: string, stream: Stream, level: Level = 'none', fields?: Fields): boolean {
    const here = this.#here.getStore();
    const place = here?.place?.open ?? here?.run.main;
    place?.add(text, stream, level, fields);
    return place !== undefined;
  }

  metric(name: string, value: number, unit?: string): void {
    const here = this.#here.getStore();
    if (here && !here.run.hasEnded)
      here.run.metric({ name, value, ...(unit !== undefined && { unit }) }, here.place?.open);
    else this.#report(`The metric "${name}" (${value}) belongs to no run and is not recorded; call it within run().`);
  }

  /** Resolves when every run has ended. */
  async settled(): Promise<void> {
    while (this.#runs.size > 0) await Promise.allSettled(this.#runs);
  }

  async #run<T>(about: RunAbout, work: () => T | Promise<T>): Promise<T> {
    const execution = { kind: 'program', ...about, execution: newExecutionId(), startedAt: Date.now() };
    const run = new ProgramRun(Recording.start(this.#sink, execution, { report: this.#report }), this.#hostName);
    try {
      const result = await this.#here.run({ run }, work);
      this.#tell(await run.succeeded());
      return result;
    } catch (thrown) {
      if (!run.hasEnded) this.#tell(await run.failed(thrown));
      throw thrown;
    }
  }

  #tell({ lines, failure }: Losses): void {
    for (const { step, host, words } of lines) this.#report(`${step} on ${host}: ${words}`);
    if (failure !== undefined) this.#report(`The end of a run was not recorded. ${failure}`);
  }
}

function textsOf(fields: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : inspect(value)]),
  );
}
