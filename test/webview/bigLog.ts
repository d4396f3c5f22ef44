import { LineBatchBuilder, LineColumnsBuilder, type NewLine } from '../../src/base/lineBatch.ts';
import { LogError } from '../../src/model/errors.ts';
import type { Execution } from '../../src/model/execution.ts';
import type { LogPage, StepResult } from '../../src/model/page.ts';
import { pointer } from '../../src/model/pointer.ts';
import { defaultPageLimit, type LogQuery, type Position } from '../../src/model/query.ts';
import type { CallOptions, Capabilities, Change, LogSource } from '../../src/model/source.ts';
import { compileFilter } from '../../src/text/matcher.ts';

const prefix = 'big:';
const origin = { step: 'build', host: 'here', pointerPrefix: prefix };
/** Lines one filtered read looks at. */
const stretch = 20_000;

/** One finished host log of any length whose lines are made when they are read. */
export class BigLog implements LogSource {
  readonly capabilities: Capabilities = {
    pointers: 'stable',
    seekByLine: true,
    seekByTime: false,
    totals: true,
    filters: true,
    wideScopes: false,
    watch: 'push',
    hosts: true,
    delete: false,
  };
  readonly #total: number;
  readonly #lineOf: (number: number) => NewLine;
  readonly #hasLevels: boolean;
  /** Reads made so far. */
  readonly reads: LogQuery[] = [];

  constructor(total: number, lineOf: (number: number) => NewLine = (number) => ({ text: `line ${number}` })) {
    this.#total = total;
    this.#lineOf = lineOf;
    this.#hasLevels = lineOf(1).level !== undefined;
  }

  listExecutions(): Promise<{ executions: [] }> {
    return Promise.resolve({ executions: [] });
  }

  getExecution(): Promise<Execution> {
    const step = { id: 'build', name: 'build', order: 1, status: 'succeeded' as const };
    const times = { startedAt: 1_700_000_000_000, endedAt: 1_700_000_012_300 };
    return Promise.resolve({ id: 'big', name: 'seq 10000000', status: 'succeeded', ...times, steps: [step] });
  }

  getStepResult(): Promise<StepResult> {
    const step = { id: 'build', name: 'build', order: 1, status: 'succeeded' as const };
    const times = { startedAt: 1_700_000_000_000, endedAt: 1_700_000_012_300 };
    const host = { id: 'here', name: 'here', status: 'succeeded' as const, exitCode: 0, ...times };
    return Promise.resolve({ step, hosts: [host], counts: { succeeded: 1 } });
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    this.reads.push(query);
    await new Promise((resolve) => setTimeout(resolve, 0));
    options?.signal?.throwIfAborted();
    return query.filter ? this.#filtered(query) : this.#plain(query);
  }

  async *tailLog(query: LogQuery, options?: CallOptions): AsyncGenerator<LogPage> {
    yield this.readLog({ ...query, position: { at: 'end' } }, options);
  }

  async *watch(_: unknown, { signal }: CallOptions = {}): AsyncGenerator<Change> {
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    yield* [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #plain({ position, limit, withoutText }: LogQuery): LogPage {
    const lines = limit?.lines ?? defaultPageLimit.lines;
    const [from, to] = this.#range(position, lines);
    const numbers = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
    return { ...this.#page(numbers, from, to - 1, withoutText), ...(to > from && { firstLine: from }) };
  }

  #filtered({ position, limit, filter = {}, withoutText }: LogQuery): LogPage {
    const most = limit?.lines ?? defaultPageLimit.lines;
    if (!filter.text && !this.#hasLevels)
      return { ...this.#page([], this.#total, this.#total), scanned: { lines: this.#total, total: this.#total } };
    const isBackward = position.at === 'before' || position.at === 'end';
    const [from, to] = this.#range(position, stretch);
    const lines = new LineColumnsBuilder();
    for (let number = from; number < to; number++) lines.add(this.#lineOf(number));
    const found = compileFilter(filter)
      .matchRows(lines.build())
      .map((index) => from + index);
    const numbers = isBackward ? found.slice(-most) : found.slice(0, most);
    const isFull = found.length > most;
    const first = isFull && isBackward ? (numbers[0] ?? from) : from;
    const last = isFull && !isBackward ? (numbers.at(-1) ?? to - 1) : to - 1;
    const scanned = { lines: Math.max(0, last - first + 1), total: this.#total };
    return { ...this.#page(numbers, first, last, withoutText), scanned };
  }

  #page(numbers: readonly number[], first: number, last: number, withoutText = false): LogPage {
    const lines = new LineColumnsBuilder();
    for (const number of numbers) {
      const line = this.#lineOf(number);
      lines.add(withoutText ? { ...line, text: '' } : line);
    }
    const columns = lines.build();
    const batch = new LineBatchBuilder();
    let from = 0;
    for (let index = 1; index <= numbers.length; index++) {
      if (numbers[index] === (numbers[index - 1] ?? 0) + 1) continue;
      batch.addColumns(origin, numbers[from] ?? 0, columns, from, index);
      from = index;
    }
    return {
      lines: batch.build(),
      ...(first > 1 && { older: pointer(`${prefix}${first}`) }),
      newer: pointer(`${prefix}${Math.max(0, last)}`),
      complete: last >= this.#total,
      total: this.#total,
    };
  }

  /** First line, and one past the last. */
  #range(position: Position, lines: number): [number, number] {
    const end = this.#total + 1;
    const clip = (from: number, to: number): [number, number] => [Math.max(1, from), Math.min(end, to)];
    switch (position.at) {
      case 'start':
        return clip(1, 1 + lines);
      case 'end':
        return clip(end - lines, end);
      case 'line':
        return clip(Math.min(end, position.line), position.line + lines);
      case 'time':
        throw new LogError('invalidRequest', 'no times here');
      default: {
        const at = Number(position.pointer.slice(prefix.length));
        if (position.at === 'after') return clip(at + 1, at + 1 + lines);
        if (position.at === 'before') return clip(at - lines, at);
        return clip(at - Math.floor(lines / 2), at + Math.ceil(lines / 2));
      }
    }
  }
}
