import { setTimeout as delay } from 'node:timers/promises';

export interface Entry {
  readonly id: string;
  readonly time: number;
  readonly count: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** A stream as Redis keeps it, in memory: ids of milliseconds and a count that only ever grow. */
export class RedisStream {
  readonly entries: Entry[] = [];
  #waiters = new Set<() => void>();

  add(fields: Readonly<Record<string, string>>): string {
    const last = this.entries.at(-1);
    const time = Math.max(Date.now(), last?.time ?? 0);
    const count = last?.time === time ? last.count + 1 : 0;
    const id = `${time}-${count}`;
    this.entries.push({ id, time, count, fields });
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
    return id;
  }

  /** Puts in what was recorded elsewhere; ids are those it had there. */
  load(entries: readonly { readonly id: string; readonly fields: Readonly<Record<string, string>> }[]): void {
    for (const { id, fields } of entries) {
      const [time, count] = parse(id);
      this.entries.push({ id, time, count: Number(count), fields });
    }
  }

  /** Newest first, from `max` back, `max` included; `+` is the newest of all. */
  reverse(max: string, count: number): Entry[] {
    const end = max === '+' ? this.entries.length : this.#countUpTo(parse(max));
    return this.entries.slice(Math.max(0, end - count), end).reverse();
  }

  /** What comes after `id`, oldest first. */
  after(id: string, count: number): Entry[] {
    const start = this.#countUpTo(parse(id));
    return this.entries.slice(start, start + count);
  }

  /** Resolves with the next entry, at the latest after `milliseconds`. */
  async next(milliseconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.add(resolve);
    const stop = new AbortController();
    await Promise.race([
      promise,
      delay(milliseconds, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).catch(() => {}),
    ]);
    stop.abort();
    this.#waiters.delete(resolve);
  }

  #countUpTo([time, count]: [number, bigint]): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.entries[middle];
      if (entry && (entry.time < time || (entry.time === time && BigInt(entry.count) <= count))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Throws for what Redis refuses as an id. */
function parse(id: string): [number, bigint] {
  const parts = /^(\d+)(?:-(\d+))?$/.exec(id);
  if (!parts) throw new Error('ERR Invalid stream ID specified as stream command argument');
  return [Number(parts[1]), BigInt(parts[2] ?? 0)];
}
