import { isPointerPrefix } from '../../base/hostPointer.ts';
import { sliceColumns } from '../../base/lineBatch.ts';
import { LogError } from '../../model/errors.ts';
import type { LineBatch, LineOrigin } from '../../model/line.ts';
import type { Gap, LogPage } from '../../model/page.ts';
import type { LogScope, Position } from '../../model/query.ts';
import type { HostRef, LogSink } from '../../model/sink.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';

/** Few calls for many lines, and never much in memory. */
const pageLimit = { lines: 20_000, bytes: 4 * 1_048_576 } as const;

export interface Copied {
  /** Lines the copy has, lost ones included. */
  readonly lines: number;
  readonly lost: number;
}

/** A host, and how many lines it is known to have had. */
export interface CopiedHost extends HostRef {
  readonly lines: number | undefined;
}

/**
 * Copies all lines of an execution in the order of the execution, which thereby stays the same; lines that are gone
 * become gaps where they stood.
 */
export async function copyLines(
  live: LogSource,
  sink: LogSink,
  { execution }: { readonly execution: string },
  hosts: readonly CopiedHost[],
  options?: CallOptions,
): Promise<Copied> {
  const writing = new Writing(sink, execution);
  const scopes: readonly LogScope[] = live.capabilities.wideScopes
    ? [{ execution }]
    : hosts.map(({ step, host }) => ({ execution, step, host }));
  for (const scope of scopes) for await (const page of pagesOf(live, scope, options)) await writing.add(page);
  for (const host of hosts) if (host.lines !== undefined) await writing.lose(host, host.lines, 'dropped');
  return writing.copied;
}

async function* pagesOf(live: LogSource, scope: LogScope, options?: CallOptions): AsyncGenerator<LogPage, void> {
  let position: Position = { at: 'start' };
  for (;;) {
    const page: LogPage = await live.readLog({ ...scope, position, limit: pageLimit }, options);
    yield page;
    if (page.complete) return;
    if (position.at === 'after' && position.pointer === page.newer)
      throw new LogError('unavailable', `The log of execution "${scope.execution}" does not end, though it has ended.`);
    position = { at: 'after', pointer: page.newer };
  }
}

/** Writes lines and gaps, each host's without a hole. */
class Writing {
  readonly #sink: LogSink;
  readonly #execution: string;
  readonly #counts = new Map<string, number>();
  #lines = 0;
  #lost = 0;

  constructor(sink: LogSink, execution: string) {
    this.#sink = sink;
    this.#execution = execution;
  }

  get copied(): Copied {
    return { lines: this.#lines, lost: this.#lost };
  }

  /** Everything of a page is asked for in its order and goes to disk together. */
  async add({ lines, gap }: LogPage): Promise<void> {
    const written: Promise<void>[] = [];
    for (const { origin, to } of gap?.parts ?? [])
      written.push(this.lose(this.#ref(origin), to, gap?.reason ?? 'dropped', formerly(this.#execution, origin)));
    for (let from = 0, to = 0; from < lines.count; from = to) {
      to = runEnd(lines, from);
      written.push(...this.#append(lines, from, to, gap?.reason ?? 'dropped'));
    }
    await Promise.all(written);
  }

  /** Says that a host's lines up to number `to` that have not come will never come. */
  async lose(ref: HostRef, to: number, reason: Gap['reason'], was?: { readonly formerly?: string }): Promise<void> {
    const { execution, step, host } = ref;
    const known = this.#count(ref);
    if (to <= known) return;
    if (!this.#sink.lose)
      throw new LogError('invalidRequest', 'What is archived has gaps, and this archive cannot keep gaps.');
    this.#raise(ref, to);
    this.#lost += to - known;
    await this.#sink.lose({ execution, step, host, firstNumber: known + 1, count: to - known, reason, ...was });
  }

  *#append(lines: LineBatch, from: number, to: number, reason: Gap['reason']): Generator<Promise<void>, void> {
    const origin = lines.origins[lines.originOf[from] ?? 0];
    if (!origin) throw new LogError('internal', 'A line belongs to no host.');
    const ref = this.#ref(origin);
    const first = lines.numbers[from] ?? 0;
    const was = lines.pointers ? {} : formerly(this.#execution, origin);
    yield this.lose(ref, first - 1, reason, was);
    const known = this.#count(ref);
    const last = first + to - from - 1;
    if (last <= known) return;
    const start = from + Math.max(0, known + 1 - first);
    const columns = start === 0 && to === lines.count ? lines : sliceColumns(lines, start, to);
    this.#raise(ref, last);
    yield this.#sink.append({ ...ref, firstNumber: last - (to - start) + 1, lines: columns, ...was });
  }

  #ref({ step, host }: LineOrigin): HostRef {
    return { execution: this.#execution, step, host };
  }

  #count({ step, host }: HostRef): number {
    return this.#counts.get(JSON.stringify([step, host])) ?? 0;
  }

  #raise(ref: HostRef, to: number): void {
    this.#lines += to - this.#count(ref);
    this.#counts.set(JSON.stringify([ref.step, ref.host]), to);
  }
}

/** Pointers that are numbered as ours are can be kept. */
function formerly(execution: string, { pointerPrefix }: LineOrigin): { readonly formerly?: string } {
  return isPointerPrefix(execution, pointerPrefix) ? { formerly: pointerPrefix } : {};
}

/** Where the lines of one host that follow one another end. */
function runEnd({ count, originOf, numbers }: LineBatch, from: number): number {
  let to = from + 1;
  while (to < count && originOf[to] === originOf[from] && numbers[to] === (numbers[to - 1] ?? 0) + 1) to++;
  return to;
}
