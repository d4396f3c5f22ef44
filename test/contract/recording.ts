import { randomUUID } from 'node:crypto';
import { LineColumnsBuilder, linesOf, type NewLine } from '../../src/base/lineBatch.ts';
import type { LogLine } from '../../src/model/line.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { LogQuery, LogScope, Position } from '../../src/model/query.ts';
import type { HostRef } from '../../src/model/sink.ts';
import type { LogSource } from '../../src/model/source.ts';
import type { Status } from '../../src/model/status.ts';
import type { Subject } from './subject.ts';

/** When everything in these recordings happens, for want of a better time. */
export const day = Date.UTC(2026, 0, 2);

/** One execution being written: what a law needs of a recorder. */
export class Recording {
  readonly execution: string;
  readonly #subject: Subject;
  readonly #written = new Map<string, number>();

  private constructor(subject: Subject, execution: string) {
    this.#subject = subject;
    this.execution = execution;
  }

  static async begin(subject: Subject, execution: string = randomUUID(), startedAt = day): Promise<Recording> {
    await subject.sink.createExecution({ execution, name: 'deploy', startedAt });
    return new Recording(subject, execution);
  }

  async step(step: string, hosts: readonly string[], order = 1): Promise<void> {
    await this.#subject.sink.startStep({
      execution: this.execution,
      step,
      name: step,
      order,
      status: 'running',
      hosts: hosts.map((id) => ({ id, name: id })),
      at: day,
    });
  }

  ref(step: string, host: string): HostRef {
    return { execution: this.execution, step, host };
  }

  async write(step: string, host: string, lines: readonly (NewLine | string)[]): Promise<void> {
    const key = `${step}/${host}`;
    const firstNumber = (this.#written.get(key) ?? 0) + 1;
    await this.#subject.sink.append({ ...this.ref(step, host), firstNumber, lines: columns(lines) });
    this.#written.set(key, firstNumber + lines.length - 1);
  }

  async endHost(step: string, host: string, status: Status = 'succeeded'): Promise<void> {
    await this.#subject.sink.finishHost({ ...this.ref(step, host), status, at: day });
  }

  async end(status: Status = 'succeeded'): Promise<void> {
    await this.#subject.sink.finishExecution({ execution: this.execution, status, at: day });
  }
}

/** A recording of one step on one host, for laws that need no more. */
export async function oneHost(subject: Subject): Promise<{ recording: Recording; scope: HostRef }> {
  const recording = await Recording.begin(subject);
  await recording.step('build', ['alpha']);
  return { recording, scope: recording.ref('build', 'alpha') };
}

export function columns(lines: readonly (NewLine | string)[]) {
  const builder = new LineColumnsBuilder();
  for (const line of lines) builder.add(typeof line === 'string' ? { text: line } : line);
  return builder.build();
}

export function numbered(count: number, from = 1, word = 'line'): string[] {
  return Array.from({ length: count }, (_, i) => `${word} ${from + i}`);
}

export function linesIn(page: LogPage): LogLine[] {
  return [...linesOf(page.lines)];
}

export function textsIn(page: LogPage): string[] {
  return linesIn(page).map((line) => line.text);
}

type PageQuery = Omit<LogQuery, 'position'>;

/** Pages from `position` on to the end of what is there. */
export async function pagesOnward(source: LogSource, query: PageQuery, position: Position): Promise<LogPage[]> {
  const pages: LogPage[] = [];
  for (let next = position; ;) {
    const page = await source.readLog({ ...query, position: next });
    const last = pages.at(-1);
    if (page.lines.count === 0 && page.newer === last?.newer) return pages;
    pages.push(page);
    next = { at: 'after', pointer: page.newer };
  }
}

/** Pages from `position` back to the start, in log order. */
export async function pagesBack(source: LogSource, query: PageQuery, position: Position): Promise<LogPage[]> {
  const pages: LogPage[] = [];
  for (let next = position; ;) {
    const page = await source.readLog({ ...query, position: next });
    pages.unshift(page);
    if (page.older === undefined) return pages;
    next = { at: 'before', pointer: page.older };
  }
}

export async function readOnward(source: LogSource, query: PageQuery): Promise<LogLine[]> {
  return (await pagesOnward(source, query, { at: 'start' })).flatMap(linesIn);
}

export async function readBack(source: LogSource, query: PageQuery): Promise<LogLine[]> {
  return (await pagesBack(source, query, { at: 'end' })).flatMap(linesIn);
}

export async function lineAtPointer(
  source: LogSource,
  scope: LogScope,
  pointer: Pointer,
): Promise<LogLine | undefined> {
  const page = await source.readLog({ ...scope, position: { at: 'around', pointer }, limit: { lines: 1 } });
  return linesIn(page)[0];
}

/** What a line is apart from where it was found. */
export function told(lines: readonly LogLine[]): string[] {
  return lines.map((line) => `${line.pointer} ${line.step}/${line.host} ${line.number} ${line.text}`);
}

/** Follows a tail until it ends or `until` says it has seen enough. */
export async function follow(
  tail: AsyncIterable<LogPage>,
  until: (lines: readonly LogLine[]) => boolean = () => false,
): Promise<{ lines: LogLine[]; pages: LogPage[] }> {
  const lines: LogLine[] = [];
  const pages: LogPage[] = [];
  for await (const page of tail) {
    pages.push(page);
    lines.push(...linesIn(page));
    if (until(lines)) break;
  }
  return { lines, pages };
}
