import { abortReason } from '../../../base/abort.ts';
import { readEntry, type LogEntry } from './entry.ts';
import type { LogStream } from './logStream.ts';
import type { Place } from './pointers.ts';
import { compareIds, idBefore, laterId, type StreamId } from './streamId.ts';

/** Between which entries something has been seen. */
interface Seen {
  firstId: StreamId;
  lastId: StreamId;
}

export interface HostSighting extends Seen {
  readonly id: string;
  name: string | undefined;
  address: string | undefined;
}

export interface StepSighting extends Seen {
  readonly id: string;
  name: string | undefined;
  order: number | undefined;
  readonly hosts: Map<string, HostSighting>;
}

export interface ExecutionSighting extends Seen {
  readonly id: string;
  readonly steps: Map<string, StepSighting>;
}

const mostHosts = 100_000;

/**
 * Which executions, steps and hosts have lines, found by going through the stream from its end back, some entries
 * with every call, and onward to what has been written since.
 */
export class Catalog {
  readonly #stream: LogStream;
  readonly executions = new Map<string, ExecutionSighting>();
  /** Everything between these has been looked at. */
  #low: Place | undefined;
  #high: Place | undefined;
  #isWhole = false;
  #hosts = 0;
  #looked = 0;
  #extending: Promise<unknown> = Promise.resolve();

  constructor(stream: LogStream) {
    this.#stream = stream;
  }

  /** Every entry that there is has been looked at, when it was last extended. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Entries looked at so far. */
  get looked(): number {
    return this.#looked;
  }

  /** Looks at what has been written since, then further back; some `room` entries. */
  async extend(room: number, signal?: AbortSignal): Promise<void> {
    const turn = this.#extending.catch(() => undefined).then(() => this.#extend(room));
    this.#extending = turn;
    await turn;
    if (signal?.aborted) throw abortReason(signal);
  }

  async #extend(room: number): Promise<void> {
    const left = await this.#onward(room);
    await this.#back(Math.max(left, 1));
  }

  /** Gives up what lies between when too much has been written since. */
  async #onward(room: number): Promise<number> {
    if (!this.#high) return this.#beginAnew(room);
    for (let left = room; left > 0;) {
      const { entries, isLast } = await this.#stream.read('forward', this.#high, left);
      this.#note(entries.map(readEntry));
      left -= entries.length;
      const last = entries.at(-1);
      if (last) this.#high = { id: last.id, part: Infinity };
      if (isLast) return left;
    }
    return this.#beginAnew(room);
  }

  async #beginAnew(room: number): Promise<number> {
    const { last } = await this.#stream.state();
    this.#high = this.#low = { id: last, part: Infinity };
    this.#isWhole = false;
    return room;
  }

  async #back(room: number): Promise<void> {
    for (let left = room; left > 0 && this.#low && !this.#isWhole && this.#hosts < mostHosts;) {
      const { entries, isLast } = await this.#stream.read('backward', this.#low, left);
      this.#note(entries.map(readEntry));
      left -= entries.length;
      const last = entries.at(-1);
      if (last) this.#low = { id: idBefore(last.id), part: Infinity };
      this.#isWhole = isLast;
    }
  }

  #note(entries: readonly LogEntry[]): void {
    this.#looked += entries.length;
    for (const entry of entries) this.#noteOne(entry);
  }

  #noteOne({ id, execution, step, host, stepName, stepOrder, hostName, address }: LogEntry): void {
    const whole = seen(this.executions, execution, id, () => ({ id: execution, steps: new Map() }));
    const ofStep = seen(whole.steps, step, id, () => ({
      ...{ id: step, name: undefined, order: undefined },
      hosts: new Map(),
    }));
    const hosts = ofStep.hosts.size;
    const ofHost = seen(ofStep.hosts, host, id, () => ({ id: host, name: undefined, address: undefined }));
    this.#hosts += ofStep.hosts.size - hosts;
    ofStep.name ??= stepName;
    ofStep.order ??= stepOrder;
    ofHost.name ??= hostName;
    ofHost.address ??= address;
  }
}

function seen<T extends Seen>(all: Map<string, T>, key: string, id: StreamId, make: () => Omit<T, keyof Seen>): T {
  let one = all.get(key);
  if (!one) {
    one = { ...make(), firstId: id, lastId: id } as T;
    all.set(key, one);
  }
  if (compareIds(id, one.firstId) < 0) one.firstId = id;
  one.lastId = laterId(one.lastId, id);
  return one;
}
