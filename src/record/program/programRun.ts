import type { Recording, Losses } from '../recording.ts';
import { StepIds } from '../stepIds.ts';
import { errorWords, isAbort } from './errorText.ts';
import { ProgramPlace } from './programPlace.ts';

/** One execution of a program's own: its steps come as the program goes. */
export class ProgramRun {
  readonly #recording: Recording;
  readonly #hostName: string;
  readonly #ids = new StepIds();
  /** What was thrown and stands in a log: outer steps fail with the same. */
  readonly #told = new WeakSet<object>();
  readonly #places: ProgramPlace[] = [];
  #order = 0;
  #main: ProgramPlace | undefined;
  #ended = false;

  /** `hostName` is what people call this machine. */
  constructor(recording: Recording, hostName: string) {
    this.#recording = recording;
    this.#hostName = hostName;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Where lines go that are logged in the run, but in no step; a step of its own once there are any. */
  get main(): ProgramPlace | undefined {
    if (this.#ended) return undefined;
    this.#main ??= this.begin('main', [localHost], undefined)[0];
    return this.#main;
  }

  /** A step begins on its hosts. */
  begin(name: string, hosts: readonly string[], within: ProgramPlace | undefined): ProgramPlace[] {
    const step = this.#ids.idFor(name);
    const path = within?.path ?? [];
    const named = hosts.map((id) => ({ id, name: id === localHost ? this.#hostName : id }));
    const recording = this.#recording.step({
      step,
      name,
      order: ++this.#order,
      hosts: named,
      at: Date.now(),
      ...(path.length > 0 && { path }),
    });
    const places = hosts.map((host) => new ProgramPlace({ step, host, path: [...path, name] }, recording, within));
    this.#places.push(...places);
    return places;
  }

  metric(metric: { readonly name: string; readonly value: number; readonly unit?: string }, at?: ProgramPlace): void {
    const place = at && { step: at.step, host: at.host };
    this.#recording.metric({ ...metric, ...place, at: Date.now() });
  }

  /** Does the work of a place, which ends as that does. */
  async within<T>(place: ProgramPlace, work: () => T | Promise<T>): Promise<T> {
    try {
      const result = await work();
      place.succeeded();
      return result;
    } catch (thrown) {
      place.failed(thrown, this.#isNew(thrown));
      throw thrown;
    }
  }

  /** Resolves when everything is written or given up. */
  async succeeded(): Promise<Losses> {
    this.#main?.succeeded();
    this.#leave();
    return this.#recording.finish({ status: 'succeeded', at: Date.now() });
  }

  async failed(thrown: unknown): Promise<Losses> {
    const isNew = this.#isNew(thrown);
    if (isNew || this.#main) this.main?.failed(thrown, isNew);
    this.#leave();
    const status = isAbort(thrown) ? 'cancelled' : 'failed';
    return this.#recording.finish({ status, message: errorWords(thrown), at: Date.now() });
  }

  /** Steps that nobody waited for end with the run; what they log from now on belongs nowhere. */
  #leave(): void {
    this.#ended = true;
    for (const place of this.#places) place.left();
  }

  /** The first to ask is told so. What is no object is taken for new each time. */
  #isNew(thrown: unknown): boolean {
    if (typeof thrown !== 'object' || thrown === null) return true;
    if (this.#told.has(thrown)) return false;
    this.#told.add(thrown);
    return true;
  }
}

/** The host of what runs here. */
export const localHost = 'local';
