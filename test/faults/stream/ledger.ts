import type { GapPart, LogPage } from '../../../src/model/page.ts';
import type { HostRef } from '../../../src/model/sink.ts';
import { linesOf } from '../../../src/base/lineBatch.ts';

/** What became of the lines that were acknowledged. */
export interface Outcome {
  readonly acknowledged: number;
  /** Seen more than once, or seen and said to be gone. */
  readonly duplicated: number;
  /** Neither seen nor in a gap. */
  readonly missing: number;
  /** Said to be gone. */
  readonly gone: number;
  /** Which lines these are, where anything is wrong: for whoever looks into it. */
  readonly wrong?: string;
}

/** Each line says where it belongs, in letters of one to four bytes. */
export function textOf({ step, host }: Omit<HostRef, 'execution'>, number: number): string {
  return `${step}/${host} ${number} ${['', 'x', 'é', '日本', '🎉é'][number % 5]}`;
}

/** What writers were told is kept, against what a reader was shown. */
export class Ledger {
  readonly #acknowledged = new Map<string, number>();

  /** The log of a host is kept up to line number `to`. */
  acknowledge({ step, host }: HostRef, to: number): void {
    const key = `${step}/${host}`;
    this.#acknowledged.set(key, Math.max(to, this.#acknowledged.get(key) ?? 0));
  }

  /** How a reader of everything, or of one host, fared. */
  compare(seen: Seen, host?: string): Outcome {
    const wrong: string[] = [];
    let [acknowledged, missing, duplicated, gone] = [0, 0, 0, 0];
    for (const [key, to] of this.#acknowledged) {
      if (host !== undefined && !key.endsWith(`/${host}`)) continue;
      acknowledged += to;
      const told = seen.times(key);
      for (let number = 1; number <= to; number++) {
        if (told.has(number)) continue;
        missing++;
        wrong.push(`${key} ${number} missing`);
      }
      for (const [number, { shown, lost }] of told) {
        gone += lost;
        if (shown + lost <= 1) continue;
        duplicated += shown + lost - 1;
        wrong.push(`${key} ${number} shown ${shown}, gone ${lost}`);
      }
    }
    return {
      acknowledged,
      duplicated,
      missing,
      gone,
      ...(wrong.length > 0 && { wrong: wrong.slice(0, 20).join(', ') }),
    };
  }
}

interface Times {
  shown: number;
  lost: number;
}

/** What a reader was shown of one execution, page by page. */
export class Seen {
  readonly #hosts = new Map<string, Map<number, Times>>();
  readonly #last = new Map<string, number>();
  lines = 0;
  pages = 0;
  states: string[] = [];

  /** Throws for a line that was never written, or in the wrong place. */
  add({ lines, gap, state }: LogPage): void {
    this.pages++;
    if (state) this.states.push(state.kind);
    for (const part of gap?.parts ?? []) this.#lose(part);
    if (gap && !gap.parts) throw new Error(`a gap says not what is gone: ${JSON.stringify(gap)}`);
    for (const { step, host, number: told, text } of linesOf(lines)) {
      // Where lines are not numbered their number is 0.
      const number = told || Number(/^\S+ (\d+) /.exec(text)?.[1]);
      if (text !== textOf({ step, host }, number)) throw new Error(`line ${step}/${host} ${number} reads "${text}"`);
      this.#follow(`${step}/${host}`, number);
      this.#timesOf(`${step}/${host}`, number).shown++;
      this.lines++;
    }
  }

  times(key: string): ReadonlyMap<number, Readonly<Times>> {
    return this.#hosts.get(key) ?? new Map<number, Times>();
  }

  #lose({ origin, from, to }: GapPart): void {
    if (origin.host === '') throw new Error(`lines ${from} to ${to} of nobody are said to be gone`);
    const key = `${origin.step}/${origin.host}`;
    for (let number = from; number <= to; number++) this.#timesOf(key, number).lost++;
    this.#follow(key, to);
  }

  #follow(key: string, number: number): void {
    const last = this.#last.get(key) ?? 0;
    this.#last.set(key, Math.max(last, number));
    // The same line again is counted; an older one after it is another fault.
    if (number < last && !this.#hosts.get(key)?.has(number))
      throw new Error(`${key}: line ${number} came after ${last}`);
  }

  #timesOf(key: string, number: number): Times {
    const host = this.#hosts.get(key) ?? new Map<number, Times>();
    this.#hosts.set(key, host);
    const times = host.get(number) ?? { shown: 0, lost: 0 };
    host.set(number, times);
    return times;
  }
}
