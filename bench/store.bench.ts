import { createHash, type Hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineColumnsBuilder } from '../src/base/lineBatch.ts';
import type { LineColumns } from '../src/model/line.ts';
import { pointer, type Pointer } from '../src/model/pointer.ts';
import type { LogSink } from '../src/model/sink.ts';
import type { LogSource } from '../src/model/source.ts';
import { openSink, openSource } from '../src/sources/open.ts';
import type { Bench, OpenBench, Ratio, Sample } from './bench.ts';

const lineCount = 200_000;
const pageLines = 1_000;
const pagesPerRound = 200;
const scope = { execution: 'bench', step: 'build', host: 'alpha' };
const lineEnd = new TextEncoder().encode('\n');

/**
 * Durable append against a plain text file to which the same batches are written, each followed by fdatasync; and a
 * page of 1,000 lines before a random pointer against one read of the same bytes from that file, whose place and
 * length are known (`store-page`); and against that read and the search for its line ends, for a page is lines, not
 * bytes (`store-page-lines`). A page's time is the median of a round.
 */
export const bench: Bench = {
  id: 'store',
  async open(): Promise<OpenBench> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-bench-'));
    const pages = await openPages(folder);
    return {
      ratios: [append(folder, 50), append(folder, 1_000), ...pages.ratios],
      async [Symbol.asyncDispose]() {
        await pages[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  },
};

/** Some 85 bytes a line, as build logs have. */
function lineText(number: number): string {
  return `[${number}] compiling module ${(number * 7919) % 10_007} of the example with all its tests and pictures, part ${number % 97}`;
}

function batchesOf(size: number): LineColumns[] {
  const batches: LineColumns[] = [];
  for (let from = 0; from < lineCount; from += size) {
    const builder = new LineColumnsBuilder();
    for (let i = from; i < from + size; i++)
      builder.add({ text: lineText(i + 1), time: 1_767_312_000_000 + (i >> 4), stream: i % 50 ? 'stdout' : 'stderr' });
    batches.push(builder.build());
  }
  return batches;
}

function append(folder: string, size: number): Ratio {
  const batches = batchesOf(size);
  return {
    id: `store-append-${size}`,
    unit: 'lines/s',
    target: 0.9,
    direction: 'atLeast',
    async ours(round): Promise<Sample> {
      const url = `sqlite:${join(folder, `append-${size}-${round}.sqlite`)}`;
      const sink = await begin(url);
      const start = performance.now();
      for (const [i, lines] of batches.entries()) await sink.append({ ...scope, firstNumber: i * size + 1, lines });
      const seconds = (performance.now() - start) / 1_000;
      await sink[Symbol.asyncDispose]();
      return { value: lineCount / seconds, output: await digestOfStore(url) };
    },
    async theirs(round): Promise<Sample> {
      const path = join(folder, `append-${size}-${round}.log`);
      const file = openSync(path, 'a');
      const start = performance.now();
      for (const batch of batches) {
        writeSync(file, joined(batch));
        fdatasyncSync(file);
      }
      const seconds = (performance.now() - start) / 1_000;
      closeSync(file);
      return { value: lineCount / seconds, output: createHash('sha1').update(readFileSync(path)).digest('hex') };
    },
  };
}

async function begin(url: string): Promise<LogSink> {
  const sink = await openSink(url);
  const { execution, step, host } = scope;
  await sink.createExecution({ execution, name: 'bench', startedAt: 0 });
  const hosts = [{ id: host, name: host }];
  await sink.startStep({ execution, step, name: step, order: 1, status: 'running', hosts, at: 0 });
  return sink;
}

/** The batch as a text file holds it: every line with its end. */
function joined({ count, text, offsets }: LineColumns): Uint8Array {
  const bytes = new Uint8Array(text.length + count);
  for (let i = 0; i < count; i++) {
    const line = text.subarray(offsets[i], offsets[i + 1]);
    bytes.set(line, (offsets[i] ?? 0) + i);
    bytes[(offsets[i + 1] ?? 0) + i] = 0x0a;
  }
  return bytes;
}

async function digestOfStore(url: string): Promise<string> {
  await using opened = await openSource(url);
  const hash = createHash('sha1');
  for (let next: Pointer | undefined; ;) {
    const position = next === undefined ? ({ at: 'start' } as const) : ({ at: 'after', pointer: next } as const);
    const page = await opened.source.readLog({ ...scope, position });
    if (page.lines.count === 0) return hash.digest('hex');
    addLines(hash, page.lines);
    next = page.newer;
  }
}

function addLines(hash: Hash, lines: LineColumns): void {
  for (let i = 0; i < lines.count; i++)
    hash.update(lines.text.subarray(lines.offsets[i], lines.offsets[i + 1])).update(lineEnd);
}

async function openPages(folder: string): Promise<AsyncDisposable & { ratios: Ratio[] }> {
  const url = `sqlite:${join(folder, 'pages.sqlite')}`;
  const sink = await begin(url);
  const file = openSync(join(folder, 'pages.log'), 'a+');
  /** Where each line begins in the file. */
  const places = new Float64Array(lineCount + 1);
  let end = 0;
  for (const [i, lines] of batchesOf(1_000).entries()) {
    await sink.append({ ...scope, firstNumber: i * 1_000 + 1, lines });
    writeSync(file, joined(lines));
    for (let j = 1; j <= lines.count; j++) places[i * 1_000 + j] = end + (lines.offsets[j] ?? 0) + j;
    end += lines.text.length + lines.count;
  }
  await sink[Symbol.asyncDispose]();
  const opened = await openSource(url);
  const start = await opened.source.readLog({ ...scope, position: { at: 'start' }, limit: { lines: 1 } });
  const prefix = start.newer.slice(0, -1);
  const ratio = (id: string, findLines: boolean): Ratio => ({
    id,
    unit: 'ms',
    target: 2,
    direction: 'atMost',
    ours: (round) => readPages(opened.source, prefix, round),
    theirs: (round) => Promise.resolve(readFile(file, places, round, findLines)),
  });
  return {
    ratios: [ratio('store-page', false), ratio('store-page-lines', true)],
    async [Symbol.asyncDispose]() {
      closeSync(file);
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** Line numbers that have a whole page before them; the same for both sides of a round. */
function numbersOf(round: number): number[] {
  let seed = round + 1;
  return Array.from({ length: pagesPerRound }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return pageLines + 1 + (seed % (lineCount - pageLines));
  });
}

async function readPages(source: LogSource, prefix: string, round: number): Promise<Sample> {
  const times: number[] = [];
  const hash = createHash('sha1');
  for (const number of numbersOf(round)) {
    const start = performance.now();
    const page = await source.readLog({ ...scope, position: { at: 'before', pointer: pointer(`${prefix}${number}`) } });
    times.push(performance.now() - start);
    hash.update(joined(page.lines)).update(ends(page.lines.offsets, 1));
  }
  return { value: median(times), output: hash.digest('hex') };
}

function readFile(file: number, places: Float64Array, round: number, findLines: boolean): Sample {
  const times: number[] = [];
  const hash = createHash('sha1');
  for (const number of numbersOf(round)) {
    const start = performance.now();
    const from = places[number - 1 - pageLines] ?? 0;
    const text = Buffer.allocUnsafeSlow((places[number - 1] ?? 0) - from);
    readSync(file, text, 0, text.length, from);
    let offsets = findLines ? lineStarts(text) : undefined;
    times.push(performance.now() - start);
    offsets ??= lineStarts(text);
    hash.update(text).update(ends(offsets, 0));
  }
  return { value: median(times), output: hash.digest('hex') };
}

function lineStarts(text: Buffer): Uint32Array {
  const offsets = new Uint32Array(pageLines + 1);
  let line = 1;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) offsets[line++] = at + 1;
  return offsets;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Where lines end with their line ends, of which each line has `missing`. */
function ends(offsets: Uint32Array, missing: number): Uint8Array {
  return new Uint8Array(offsets.map((offset, line) => offset + line * missing).buffer);
}
