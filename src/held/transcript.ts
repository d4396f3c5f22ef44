import { errorLines } from '../base/errorLines.ts';
import { News } from '../base/news.ts';
import { countStatuses, pageHosts } from '../base/pageHosts.ts';
import { readPage, type Reading } from '../base/readPage.ts';
import { wellFormed } from '../base/wellFormed.ts';
import { LogError } from '../model/errors.ts';
import type { Execution, HostResult, Step } from '../model/execution.ts';
import type { LineColumns } from '../model/line.ts';
import type { Gap, StepResult } from '../model/page.ts';
import { pointer, type Pointer } from '../model/pointer.ts';
import type { LogQuery, LogScope, StepQuery } from '../model/query.ts';
import { isFailure, isFinished, type Status } from '../model/status.ts';
import { markLevels } from '../text/levels.ts';
import { pageRequestOf } from '../text/pageRequestOf.ts';
import { HeldLines } from './heldLines.ts';
import { HeldScope } from './heldScope.ts';
import { pointerPrefix } from './pointers.ts';

/** What a system says of an execution, apart from its lines. */
export interface Told {
  readonly execution: Execution;
  /** How each step went on its hosts, by the step's id. Hosts of which only lines are known may be left out. */
  readonly hosts: ReadonlyMap<string, readonly HostResult[]>;
}

export interface TranscriptOptions {
  /** What the pointers of its lines begin with. */
  readonly scheme: string;
  /** Text and columns held at the most; the oldest lines go first. Default 64 MiB. */
  readonly mostBytes?: number;
  /** What has ended, or only what has failed, may begin again, and write, until the whole execution has ended. */
  readonly reruns?: boolean | 'failed';
}

interface Errors {
  count: number;
  first?: Pointer;
}

/**
 * One execution as a system tells it that keeps no pointers of its own: a file that is rewritten, an answer that is
 * asked for again. What is said of it is replaced as a whole; its lines are only ever added to, so that a place among
 * them stays one.
 */
export class Transcript {
  readonly execution: string;
  /** Told of everything that is added or said. */
  readonly news = new News();
  readonly #held: HeldLines;
  readonly #scheme: string;
  readonly #reruns: boolean | 'failed';
  readonly #errors = new Map<string, Errors>();
  #told: Told | undefined;

  constructor(execution: string, { scheme, mostBytes = 64 * 1_048_576, reruns = false }: TranscriptOptions) {
    this.execution = execution;
    this.#scheme = scheme;
    this.#reruns = reruns;
    this.#held = new HeldLines(scheme, execution, mostBytes);
  }

  /** What the system said last; undefined before it was first asked. */
  get told(): Told | undefined {
    return this.#told;
  }

  get isFinished(): boolean {
    return this.#told !== undefined && isFinished(this.#told.execution.status);
  }

  /** Says what the system says now. Lines that were written before it come first: what has ended writes no more. */
  tell(told: Told): void {
    this.#told = told;
    this.news.tell();
  }

  /** Adds lines as they are; what is no UTF-8 is replaced, levels that are none are looked for. */
  add(step: string, host: string, lines: LineColumns): void {
    if (lines.count === 0) return;
    const own = wellFormed(lines);
    markLevels(own);
    const firstNumber = this.rows(step, host) + 1;
    this.#held.add(step, host, own);
    this.#countErrors(step, host, firstNumber, own);
    this.news.tell();
  }

  /** Lines that should stand here cannot be had; without `count` nobody knows how many. */
  lose(step: string, host: string, reason: Gap['reason'], count?: number): void {
    this.#held.lose(step, host, reason, count);
    this.news.tell();
  }

  /** How many lines of a host are held, lost ones among them. */
  rows(step: string, host: string): number {
    return this.#held.logOf(step, host).rows;
  }

  /** The execution, each step with the counts of its hosts. Throws notFound when the system has said nothing of it. */
  get described(): Execution {
    const { execution } = this.#known;
    return { ...execution, steps: execution.steps.map((step) => this.#step(step)) };
  }

  /** Throws notFound for a step that there is not. */
  stepResult(query: StepQuery): StepResult {
    const step = this.#stepNamed(query.step);
    return { step: this.#step(step), ...pageHosts(this.#hosts(step), query, Date.now()) };
  }

  /** Reads a page of what is held. Throws notFound for a scope that there is not. */
  async read(query: LogQuery, signal: AbortSignal | undefined): Promise<Reading> {
    const request = pageRequestOf(query);
    const chunks = {
      look: async <T>(look: (log: HeldScope) => T): Promise<T> =>
        look(new HeldScope(query, this.#held, isFinished(this.#statusOf(query)))),
      nextTurn: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
    };
    return readPage(chunks, request, signal);
  }

  get #known(): Told {
    if (this.#told) return this.#told;
    throw new LogError('notFound', `There is no execution "${this.execution}".`);
  }

  #stepNamed(id: string): Step {
    const step = this.#known.execution.steps.find((one) => one.id === id);
    if (step) return step;
    throw new LogError('notFound', `Execution "${this.execution}" has no step "${id}".`);
  }

  #step(step: Step): Step {
    return { ...step, hosts: countStatuses(this.#hosts(step)) };
  }

  #hosts(step: Step): HostResult[] {
    const listed = this.#known.hosts.get(step.id) ?? [];
    const known = new Set(listed.map(({ id }) => id));
    const heard = this.#held.hostsOf(step.id).filter((host) => !known.has(host));
    const hosts = [...listed, ...heard.map((id): HostResult => ({ id, name: id, status: step.status }))];
    return hosts.map((host) => ({ ...host, ...this.#countsOf(step.id, host.id) }));
  }

  #countsOf(step: string, host: string): Pick<HostResult, 'lines' | 'errors' | 'firstError'> {
    const { count, first } = this.#errors.get(keyOf(step, host)) ?? { count: 0 };
    return { lines: this.rows(step, host), errors: count, ...(first !== undefined && { firstError: first }) };
  }

  /** The status that says whether more may be written in a scope. */
  #statusOf({ step: id, host }: LogScope): Status {
    const { execution } = this.#known;
    const step = id === undefined ? undefined : this.#stepNamed(id);
    const own = host === undefined || !step ? undefined : this.#hostNamed(step, host);
    if (!step || isFinished(execution.status)) return execution.status;
    const { status } = isFinished(step.status) ? step : (own ?? step);
    const mayRerun = this.#reruns === 'failed' ? isFailure(status) : this.#reruns;
    return mayRerun ? execution.status : status;
  }

  #hostNamed(step: Step, id: string): HostResult {
    const host = this.#hosts(step).find((one) => one.id === id);
    if (host) return host;
    throw new LogError('notFound', `Step "${step.id}" has no host "${id}".`);
  }

  #countErrors(step: string, host: string, firstNumber: number, lines: LineColumns): void {
    const { errors, first } = errorLines(lines, 0, lines.count);
    if (first === undefined) return;
    const key = keyOf(step, host);
    const known = this.#errors.get(key) ?? { count: 0 };
    known.count += errors;
    known.first ??= pointer(`${pointerPrefix(this.#scheme, this.execution, step, host)}${firstNumber + first}`);
    this.#errors.set(key, known);
  }
}

function keyOf(step: string, host: string): string {
  return JSON.stringify([step, host]);
}
