import { LineColumnsBuilder } from '../../base/lineBatch.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import type { HostRef, LogSink } from '../../model/sink.ts';
import type { LogSource } from '../../model/source.ts';
import type { HttpCall } from '../http.ts';
import { readJson } from './call.ts';
import { fromWireLines } from './fromWire.ts';
import { jsonLine } from './jsonLine.ts';
import { LineStream } from './lineStream.ts';
import { countParam } from './params.ts';

/** The longest line of JSON that is kept whole, in bytes; as long as recorders keep lines. */
const longestLine = 8 * 1_048_576;
/** The largest body that is read at once. */
const largestBody = 32 * 1_048_576;
/** What is handed to the sink at once; more only when the body has it in one part. */
const batch = { lines: 5_000, bytes: 1_048_576 } as const;

/**
 * Appends a body's lines: `WireLines` as JSON, or one JSON value per line, taken as they come. Resolves with how many
 * lines the log has then. What was appended before a failure stays.
 */
export async function appendBody(call: HttpCall, ref: HostRef, source: LogSource, sink: LogSink): Promise<number> {
  const appending = new Appending(ref, countParam(call.query, 'first'), sink);
  if (/^application\/json\b/i.test(call.header('content-type') ?? '')) {
    await appending.add(fromWireLines(await readJson(call, largestBody), 'invalidRequest'));
  } else await appendStream(call, appending);
  return Math.max(appending.lines, await linesOf(source, ref, call.signal));
}

/** Appends what has come whole before it waits for more: a line is not kept back until others follow. */
async function appendStream(call: HttpCall, appending: Appending): Promise<void> {
  const stream = new LineStream(longestLine);
  let lines = new LineColumnsBuilder();
  const flush = async (): Promise<void> => {
    const whole = lines.build();
    lines = new LineColumnsBuilder();
    await appending.add(whole);
  };
  const take = async (cut: Iterable<Parameters<typeof jsonLine>[0]>): Promise<void> => {
    try {
      for (const one of cut) {
        const line = jsonLine(one);
        if (line) lines.add(line);
        if (lines.count >= batch.lines || lines.bytes >= batch.bytes) await flush();
      }
    } finally {
      await flush();
    }
  };
  for await (const chunk of call.body) await take(stream.lines(chunk));
  await take(stream.rest());
}

class Appending {
  readonly #ref: HostRef;
  readonly #sink: LogSink;
  readonly #first: number | undefined;
  #added = 0;

  /** Without the number of the first line they come after all that are there. */
  constructor(ref: HostRef, first: number | undefined, sink: LogSink) {
    this.#ref = ref;
    this.#first = first;
    this.#sink = sink;
  }

  /** How many lines are known to be there. */
  get lines(): number {
    return (this.#first ?? 1) - 1 + this.#added;
  }

  async add(lines: LineColumns): Promise<void> {
    if (lines.count === 0) return;
    const firstNumber = (this.#first ?? 1) + this.#added;
    const uncounted = this.#first === undefined ? { uncounted: true as const } : {};
    await this.#sink.append({ ...this.#ref, firstNumber, lines, ...uncounted });
    this.#added += lines.count;
  }
}

/** How many lines a host's log has; 0 when the caller may write but not read. */
async function linesOf(source: LogSource, ref: HostRef, signal: AbortSignal): Promise<number> {
  const { execution, step, host } = ref;
  const end = { execution, step, host, position: { at: 'end' }, limit: { lines: 1 }, withoutText: true } as const;
  try {
    const { lines, gap, total } = await source.readLog(end, { signal });
    return Math.max(lines.numbers.at(-1) ?? 0, gap?.to ?? 0, total ?? 0);
  } catch (error) {
    if (error instanceof LogError && error.code === 'forbidden') return 0;
    throw error;
  }
}
