import { createHash, type Hash } from 'node:crypto';
import { LineColumnsBuilder } from '../../src/base/lineBatch.ts';
import type { LineColumns } from '../../src/model/line.ts';
import type { HostRef, LogSink } from '../../src/model/sink.ts';

const start = Date.UTC(2026, 0, 2);

/** Line `number` of a log, of an ordinary length. */
export function lineText(number: number): string {
  return `${number} ${'request served in a few milliseconds, nothing of note '.slice(0, 20 + ((number * 7) % 34))}`;
}

/** Lines `from` to `to`, exclusive. */
export function linesOf(from: number, to: number): LineColumns {
  const lines = new LineColumnsBuilder();
  for (let number = from; number < to; number++) lines.add({ text: lineText(number), time: start + number });
  return lines.build();
}

export async function begin(sink: LogSink, execution: string, step: string, hosts: readonly string[]): Promise<void> {
  await sink.createExecution({ execution, name: 'bench', startedAt: start });
  const named = hosts.map((id) => ({ id, name: id }));
  await sink.startStep({ execution, step, name: step, order: 1, status: 'running', hosts: named, at: start });
}

/** Appends `count` lines in batches of `size`. */
export async function record(sink: LogSink, ref: HostRef, count: number, size: number): Promise<void> {
  for (let from = 1; from <= count; from += size)
    await sink.append({ ...ref, firstNumber: from, lines: linesOf(from, Math.min(count + 1, from + size)) });
}

export function digest(): Hash {
  return createHash('sha1');
}

/** Whole numbers, the same for the same seed. */
export function* numbers(seed: number, from: number, to: number): Generator<number, never> {
  for (let value = seed + 1; ;) {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield from + (value % (to - from));
  }
}

export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
}
