import { abortReason, delay } from '../../../base/abort.ts';
import { News } from '../../../base/news.ts';
import { readPage, type PageRequest, type Reading } from '../../../base/readPage.ts';
import { pageBeforeEnd, tailPages } from '../../../held/heldPages.ts';
import { HeldScope } from '../../../held/heldScope.ts';
import { LogError } from '../../../model/errors.ts';
import type { LogPage } from '../../../model/page.ts';
import type { LogScope, Position } from '../../../model/query.ts';
import type { OpsJobsApi } from './api.ts';
import { CatchUp } from './catchUp.ts';
import { readDetail } from './details.ts';
import { eventLineOf } from './eventLine.ts';
import { Intake } from './intake.ts';
import { LiveStream, type StreamOptions } from './liveStream.ts';
import type { Detail } from './records.ts';
import { logsIn } from './scopeLogs.ts';
import { within } from '../../within.ts';

/** Lines may be older by the clock of Redis than their execution is by the server's. */
const clockSlack = 5_000;
/** What has ended is not looked at again so soon: only a step that is run once more adds to it. */
const restAfterEnd = 60_000;
/** A stream is kept so long after it was last of use: the next page may be asked for soon. */
const idleBeforeClose = 20_000;

/** The lines of one execution: read once, from wherever they can be had, and followed while somebody does. */
export class Feed {
  readonly news = new News();
  readonly #api: OpsJobsApi;
  readonly #execution: string;
  readonly #options: StreamOptions;
  readonly #stream: LiveStream;
  readonly #ended = new AbortController();
  readonly #wanted = new News();
  /** Scopes of which every line is held, and since when. */
  readonly #over = new Map<string, number>();
  readonly #followed = new Set<{ readonly scope: LogScope }>();
  #lines: { readonly intake: Intake; readonly catchUp: CatchUp } | undefined;
  #detail: Detail | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #idle: ReturnType<typeof setTimeout> | undefined;
  #polling = false;
  #readers = 0;

  constructor(api: OpsJobsApi, execution: string, options: StreamOptions) {
    this.#api = api;
    this.#execution = execution;
    this.#options = options;
    this.#stream = new LiveStream(api, options, {
      line: (data, id) => {
        const line = eventLineOf(data, id, this.#detail?.execution.steps ?? []);
        if (line) this.#lines?.intake.take(line);
      },
      changed: () => this.news.tell(),
      wanted: () => this.#wanted.tell(),
    });
  }

  /** Somebody reads or follows it at this moment. */
  get isInUse(): boolean {
    return this.#isFollowed || this.#readers > 0;
  }

  get #isFollowed(): boolean {
    return this.#followed.size > 0;
  }

  /** Hosts of a step that have been heard of by what they write. */
  writersOf(step: string): readonly string[] {
    return this.#lines?.intake.held.hostsOf(step) ?? [];
  }

  async read(scope: LogScope, request: PageRequest, signal: AbortSignal | undefined): Promise<LogPage> {
    this.#readers++;
    try {
      const known = await this.#readKnown(scope, request, signal);
      if (known) return known;
      const intake = await this.#bringUp(scope, signal);
      return (await this.#look(intake, scope, request, signal)).page;
    } finally {
      this.#readers--;
    }
  }

  async *tail(scope: LogScope, request: PageRequest, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const follower = { scope };
    this.#stream.begin();
    this.#followed.add(follower);
    try {
      const intake = await this.#bringUpPatiently(scope, signal);
      this.#startPolling();
      const read = (position: Position): Promise<Reading> =>
        this.#look(intake, scope, { ...request, position }, signal);
      yield* tailPages({ news: this.news, upkeep: this.#stream, read }, request.position, signal);
    } finally {
      this.#followed.delete(follower);
      this.#rest();
    }
  }

  end(reason: LogError): void {
    this.#ended.abort(reason);
    this.news.close(reason);
    this.#stream.end(reason);
    clearTimeout(this.#idle);
    this.#lines?.intake.end();
  }

  async #readKnown(
    scope: LogScope,
    request: PageRequest,
    signal: AbortSignal | undefined,
  ): Promise<LogPage | undefined> {
    const intake = this.#lines?.intake;
    if (!intake || intake.held.logOf(scope.step, scope.host).rows === 0) return undefined;
    const read = (): Promise<Reading> => this.#look(intake, scope, request, signal);
    return pageBeforeEnd(request.position, read, ['invalidPointer']);
  }

  async #look(
    intake: Intake,
    scope: LogScope,
    request: PageRequest,
    signal: AbortSignal | undefined,
  ): Promise<Reading> {
    const chunks = {
      look: async <T>(look: (log: HeldScope) => T): Promise<T> =>
        look(new HeldScope(scope, intake.held, this.#over.has(keyOf(scope)))),
      nextTurn: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
    };
    const reading = await readPage(chunks, request, signal);
    return { ...reading, page: withGap(reading.page, intake) };
  }

  /** As `#bringUp`, again and again while the system is out of reach. */
  async #bringUpPatiently(scope: LogScope, signal: AbortSignal): Promise<Intake> {
    const [first, longest] = this.#options.pace.backoff;
    for (let wait = first; ; wait = Math.min(longest, 2 * wait)) {
      try {
        const intake = await this.#bringUp(scope, signal);
        this.#stream.polled();
        return intake;
      } catch (error) {
        if (!(error instanceof LogError) || error.code !== 'unavailable' || signal.aborted) throw error;
        this.#stream.outOfReach(error, Date.now() + wait);
        if (this.#stream.failure) throw this.#stream.failure;
      }
      await delay(wait, AbortSignal.any([signal, this.#ended.signal]));
    }
  }

  /** Brings what is held up to what the system has now. Throws notFound for what there is not. */
  async #bringUp(scope: LogScope, signal: AbortSignal | undefined): Promise<Intake> {
    return this.#inTurn(async () => {
      if (signal?.aborted) throw abortReason(signal);
      const key = keyOf(scope);
      const overAt = this.#over.get(key) ?? 0;
      if (this.#lines && Date.now() - overAt < restAfterEnd) return this.#lines.intake;
      const asking = { signal, fresh: this.#options.pace.freshness };
      const detail = await readDetail(this.#api, this.#execution, asking);
      const { intake, catchUp } = this.#begin(detail);
      const { logs, endedAt, isKnown } = await logsIn(this.#api, scope, detail, intake.held, asking);
      const found = await catchUp.run({ detail, logs, endedAt }, signal);
      if (!isKnown && !found) throw new LogError('notFound', `Step "${scope.step}" has no host "${scope.host}".`);
      if (endedAt === undefined) this.#over.delete(key);
      else this.#over.set(key, Date.now());
      this.#rest();
      return intake;
    });
  }

  #begin(detail: Detail) {
    this.#detail = detail;
    clearTimeout(this.#idle);
    this.#lines ??= this.#newLines(detail);
    if (!this.#stream.isOpen) this.#stream.open(detail.lineId, this.#lines.intake.streamId);
    return this.#lines;
  }

  #newLines({ execution }: Detail) {
    const begun = Math.min(execution.createdAt ?? 0, execution.startedAt ?? Infinity);
    const from = begun > clockSlack ? `${begun - clockSlack}-0` : '0-0';
    const intake = new Intake(this.#execution, from, () => this.news.tell());
    return { intake, catchUp: new CatchUp(this.#api, this.#options.pace, intake, this.#stream) };
  }

  #startPolling(): void {
    if (this.#polling) return;
    this.#polling = true;
    void this.#poll().finally(() => {
      this.#polling = false;
    });
  }

  /** Learns from the system's records how things end, for its streams never do; reads lines that no stream brings. */
  async #poll(): Promise<void> {
    const { signal } = this.#ended;
    const { freshness } = this.#options.pace;
    while (this.#isFollowed) {
      const { mark } = this.#wanted;
      // A stream that works tells itself when it is time to look.
      const cadence = this.#api.budget.cadence * (this.#stream.state?.kind === 'live' ? 3 : 1);
      try {
        await delay(Math.min(cadence, freshness), signal);
        await within(cadence, (late) => this.#wanted.since(mark, late), signal);
        for (const { scope } of this.#followed) await this.#pollScope(scope, signal);
        this.#stream.polled();
      } catch (error) {
        if (signal.aborted) return;
        this.#pollFailed(LogError.from(error));
      }
    }
  }

  async #pollScope(scope: LogScope, signal: AbortSignal): Promise<void> {
    const intake = this.#lines?.intake;
    if (!intake || this.#over.has(keyOf(scope))) return;
    const asking = { signal, fresh: this.#options.pace.freshness };
    this.#detail = await readDetail(this.#api, this.#execution, asking);
    const { endedAt } = await logsIn(this.#api, scope, this.#detail, intake.held, asking);
    if (endedAt === undefined && this.#stream.state?.kind === 'live') return;
    await this.#bringUp(scope, signal);
    this.news.tell();
  }

  #pollFailed(error: LogError): void {
    const { cadence } = this.#api.budget;
    if (error.code === 'throttled') this.#stream.heldBack(error.message);
    else if (error.code === 'unavailable') this.#stream.outOfReach(error, Date.now() + cadence);
    else this.#stream.fail(error);
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (!this.#isFollowed) this.#idle = setTimeout(() => this.#stream.close(), idleBeforeClose);
  }

  /** One at a time: what two would find out, one finds out for both. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#turn = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve(undefined);
    }
  }
}

function withGap(page: LogPage, intake: Intake): LogPage {
  const origin = page.lines.origins[page.lines.originOf[0] ?? 0];
  if (page.gap || !origin || page.lines.count === 0) return page;
  const gap = intake.gapBefore(origin.step, origin.host, page.lines.numbers[0] ?? 0);
  return gap ? { ...page, gap } : page;
}

function keyOf({ step, host }: LogScope): string {
  return JSON.stringify([step, host]);
}
