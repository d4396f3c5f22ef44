import { abortReason, delay } from '../../../base/abort.ts';
import { readPage, type PageRequest, type Reading } from '../../../base/readPage.ts';
import { News } from '../../../base/news.ts';
import { afterPointer } from '../../../base/pageRequest.ts';
import { LogError } from '../../../model/errors.ts';
import type { HostResult } from '../../../model/execution.ts';
import type { LogPage, TailState } from '../../../model/page.ts';
import type { LogScope } from '../../../model/query.ts';
import { isFinished } from '../../../model/status.ts';
import type { OpsJobsApi } from './api.ts';
import { readDetail, readStep } from './details.ts';
import { eventLineOf } from './eventLine.ts';
import { EventPump } from './eventPump.ts';
import { HeldScope } from './heldScope.ts';
import { agentEntries, History, type HostLog, type KnownEntry } from './history.ts';
import { Intake } from './intake.ts';
import type { Pace } from './pace.ts';
import type { Detail } from './records.ts';
import { compareStreamIds, laterStreamId, streamIdAfter } from './streamIds.ts';
import type { Fields } from './values.ts';
import { within } from './within.ts';

export interface FeedOptions {
  readonly pace: Pace;
  /** Milliseconds that a tail waits for a system that is out of reach. */
  readonly patience: number;
}

/** Clocks of the system's parts differ by so much at most. */
const clockSlack = 5_000;
/** A merged log of more hosts than this is not checked host by host. */
const mostChecked = 8;

/** The lines of one execution: read once, from wherever they can be had, and followed while somebody does. */
export class Feed {
  readonly news = new News();
  readonly #api: OpsJobsApi;
  readonly #history: History;
  readonly #execution: string;
  readonly #options: FeedOptions;
  readonly #ended = new AbortController();
  readonly #activity = new News();
  readonly #over = new Map<string, number>();
  readonly #followed = new Set<{ readonly scope: LogScope }>();
  #intake: Intake;
  #detail: Detail | undefined;
  #pump: EventPump | undefined;
  #opened = false;
  #settled = false;
  /** Nothing that is there has been left out by the stream: it had the leisure for a heartbeat. */
  #confirmed = false;
  #state: TailState | undefined;
  #brokenAt: number | undefined;
  #failure: LogError | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #idle: ReturnType<typeof setTimeout> | undefined;
  #polling = false;
  #agentsAskedAt = 0;

  constructor(api: OpsJobsApi, execution: string, options: FeedOptions) {
    this.#api = api;
    this.#history = new History(api);
    this.#execution = execution;
    this.#options = options;
    this.#intake = this.#newIntake('0-0');
  }

  get isFollowed(): boolean {
    return this.#followed.size > 0;
  }

  async read(scope: LogScope, request: PageRequest, signal: AbortSignal | undefined): Promise<Reading> {
    const known = await this.#readKnown(scope, request, signal);
    if (known) return known;
    await this.#catchUp(scope, signal);
    return this.#look(scope, request, signal);
  }

  async *tail(scope: LogScope, request: PageRequest, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const follower = { scope };
    this.#followed.add(follower);
    try {
      await this.#catchUp(scope, signal);
      this.#startPolling();
      let last: LogPage | undefined;
      let told: TailState | undefined;
      for (;;) {
        const { mark } = this.news;
        const position = last ? afterPointer(last.newer) : request.position;
        const { page, atEnd } = await this.#look(scope, { ...request, position }, signal);
        const state = this.#state;
        if (page.newer !== last?.newer || page.complete || state !== told)
          yield { ...page, ...(state && state !== told && { state }) };
        if (page.complete) return;
        told = state;
        last = page;
        if (!atEnd) continue;
        if (this.#failure) throw this.#failure;
        await this.news.since(mark, signal);
      }
    } finally {
      this.#followed.delete(follower);
      if (this.#followed.size === 0) this.#failure = undefined;
      this.#rest();
    }
  }

  end(reason: LogError): void {
    this.#ended.abort(reason);
    this.news.close(reason);
    this.#activity.close(reason);
    this.#closeStream();
    clearTimeout(this.#idle);
    this.#intake.end();
  }

  /** A page of what is held already, if it stands well before the end. */
  async #readKnown(
    scope: LogScope,
    request: PageRequest,
    signal: AbortSignal | undefined,
  ): Promise<Reading | undefined> {
    const { at } = request.position;
    if (at === 'end' || at === 'line' || at === 'time') return undefined;
    if (this.#intake.held.logOf(scope.step, scope.host).rows === 0) return undefined;
    try {
      const reading = await this.#look(scope, request, signal);
      return reading.atEnd && !reading.page.complete ? undefined : reading;
    } catch (error) {
      // The line may be one that is yet to be read.
      if (error instanceof LogError && error.code === 'invalidPointer') return undefined;
      throw error;
    }
  }

  async #look(scope: LogScope, request: PageRequest, signal: AbortSignal | undefined): Promise<Reading> {
    const chunks = {
      look: async <T>(look: (log: HeldScope) => T): Promise<T> =>
        look(new HeldScope(scope, this.#intake.held, this.#over.has(keyOf(scope)))),
      nextTurn: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
    };
    const reading = await readPage(chunks, request, signal);
    return { ...reading, page: this.#withGap(reading.page) };
  }

  #withGap(page: LogPage): LogPage {
    const origin = page.lines.origins[page.lines.originOf[0] ?? 0];
    if (page.gap || !origin || page.lines.count === 0) return page;
    const gap = this.#intake.gapBefore(origin.step, origin.host, page.lines.numbers[0] ?? 0);
    return gap ? { ...page, gap } : page;
  }

  /** Brings what is held up to what the system has now. Throws notFound for what there is not. */
  #catchUp(scope: LogScope, signal: AbortSignal | undefined, fresh = this.#options.pace.freshness): Promise<void> {
    return this.#inTurn(async () => {
      if (signal?.aborted) throw abortReason(signal);
      const overAt = this.#over.get(keyOf(scope));
      if (overAt !== undefined && Date.now() - overAt < 60_000) return;
      const detail = await readDetail(this.#api, this.#execution, { signal, fresh });
      this.#detail = detail;
      const { logs, isOver, isKnown } = await this.#logsIn(scope, detail, { signal, fresh });
      await this.#settle(detail, signal);
      const found = await this.#bringUp(logs, signal);
      if (!isKnown && !found) throw new LogError('notFound', `Step "${scope.step}" has no host "${scope.host}".`);
      if (isOver) this.#over.set(keyOf(scope), Date.now());
      else this.#over.delete(keyOf(scope));
      this.#rest();
    });
  }

  async #logsIn(scope: LogScope, detail: Detail, asking: { signal: AbortSignal | undefined; fresh: number }) {
    const { steps } = detail.execution;
    if (scope.step !== undefined && scope.host !== undefined) {
      const { step, hosts } = await readStep(this.#api, detail, scope.step, asking);
      const own = hosts.find(({ id }) => id === scope.host);
      const logs: HostLog[] = [{ detail, step: scope.step, host: scope.host }];
      const isOver = !detail.running || isFinished(step.status) || (own !== undefined && isFinished(own.status));
      return { logs, isOver, isKnown: own !== undefined };
    }
    const wanted = scope.step === undefined ? steps.map(({ id }) => id) : [scope.step];
    const read = await Promise.all(wanted.map((step) => readStep(this.#api, detail, step, asking)));
    const logs = read.flatMap(({ step, hosts }) =>
      this.#hostsOf(step.id, hosts).map((host) => ({ detail, step: step.id, host })),
    );
    const ofStep = scope.step !== undefined && read.every(({ step }) => isFinished(step.status));
    return { logs, isOver: !detail.running || ofStep, isKnown: true };
  }

  /** While a step runs its hosts may not be listed yet, though they write. */
  #hostsOf(step: string, listed: readonly HostResult[]): string[] {
    return [...new Set([...listed.map(({ id }) => id), ...this.#intake.held.hostsOf(step)])];
  }

  /** Waits until the stream has sent what was there when it was opened; it may be silent for other reasons too. */
  async #settle(detail: Detail, signal: AbortSignal | undefined): Promise<void> {
    clearTimeout(this.#idle);
    this.#openStream(detail);
    const { quiet } = this.#options.pace;
    let rounds = 0;
    while (!this.#settled && !this.#confirmed && !this.#brokenAt && rounds < 3) {
      const { mark } = this.#activity;
      const moved = await within(quiet, (late) => this.#activity.since(mark, late), signal);
      if (!moved && (this.#opened || ++rounds === 3)) this.#settled = true;
    }
    this.#intake.flush();
  }

  /** Whether any of the logs has lines. */
  async #bringUp(logs: readonly HostLog[], signal: AbortSignal | undefined): Promise<boolean> {
    const intake = this.#intake;
    const heads = new Map<HostLog, KnownEntry | undefined>();
    const checked = logs.length <= mostChecked ? logs : logs.filter(({ step, host }) => !intake.isFollowed(step, host));
    for (const log of checked) heads.set(log, await this.#history.newest(log, '', this.#asking(signal)));
    const behind: HostLog[] = [];
    for (const [log, head] of heads) {
      const { step, host } = log;
      if (
        head &&
        compareStreamIds(head.id, intake.knownId(step, host)) > 0 &&
        !(await this.#reaches(log, head, signal))
      )
        behind.push(log);
    }
    intake.flush();
    const lacksAgents = !this.#confirmed && (intake.agents || [...heads.values()].includes(undefined));
    if (behind.length > 0 || (lacksAgents && this.#mayAskForAgents())) await this.#recover(checked, heads, signal);
    return logs.some((log) => heads.get(log) !== undefined || intake.held.logOf(log.step, log.host).rows > 0);
  }

  /** Whether the stream comes to a line by itself. */
  async #reaches({ step, host }: HostLog, head: KnownEntry, signal: AbortSignal | undefined): Promise<boolean> {
    const intake = this.#intake;
    if (!intake.isFollowed(step, host)) return false;
    const isThere = () => compareStreamIds(head.id, intake.knownId(step, host)) <= 0;
    while (!isThere() && !this.#brokenAt) {
      const { mark } = this.#activity;
      const before = intake.heard;
      const moved = await within(this.#options.pace.quiet, (late) => this.#activity.since(mark, late), signal);
      if (!moved || (intake.heard === before && !isThere())) return isThere();
    }
    return isThere();
  }

  /**
   * The stream has stopped at something it cannot get past. What hosts wrote up to a place is taken from their
   * histories, what agents wrote from the older one, and the stream goes on from that place.
   */
  async #recover(
    logs: readonly HostLog[],
    heads: ReadonlyMap<HostLog, KnownEntry | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const intake = this.#intake;
    const asking = this.#asking(signal);
    const newest = [...heads.values()].flatMap((head) => head?.id ?? []);
    const place = [intake.streamId, `${Math.floor(this.#api.serverTime) - 2_000}-0`, ...newest].reduce(laterStreamId);
    this.#api.trace(`The stream of ${this.#execution} stops at ${intake.streamId}; going on from ${place}.`);
    await intake.holding(logs, async () => {
      intake.skipTo(place);
      this.#pump?.skipTo(place);
      for (const log of logs) {
        const { step, host } = log;
        const head =
          heads.get(log)?.id === place ? heads.get(log) : await this.#history.newest(log, streamIdAfter(place), asking);
        const known = intake.newest(step, host);
        const from = intake.knownId(step, host);
        if (!head || compareStreamIds(head.id, from) <= 0) intake.fill(step, host, [], place);
        else {
          const { entries, cut } = await this.#history.after(log, head.id, known, from, asking);
          intake.fill(step, host, entries, place, head, cut);
        }
      }
      await this.#addAgents(place, signal);
    });
  }

  async #addAgents(place: string, signal: AbortSignal | undefined): Promise<void> {
    const detail = this.#detail;
    if (!detail) return;
    this.#agentsAskedAt = Date.now();
    const { hosts, full } = await agentEntries(this.#api, detail, place, this.#asking(signal));
    for (const [host, entries] of hosts) {
      const bySteps = Map.groupBy(entries, ({ time }) => stepAt(detail, time));
      for (const [step, own] of bySteps) this.#intake.fillAgents(step, host, own, full);
    }
  }

  #mayAskForAgents(): boolean {
    return Date.now() - this.#agentsAskedAt >= Math.min(this.#api.budget.cadence, this.#options.pace.cadence);
  }

  #openStream({ lineId, execution }: Detail): void {
    if (this.#pump) return;
    if (this.#intake.streamId === '0-0') {
      const begun = Math.min(execution.createdAt ?? 0, execution.startedAt ?? Infinity);
      this.#intake = this.#newIntake(begun > clockSlack ? `${begun - clockSlack}-0` : '0-0');
    }
    this.#opened = false;
    this.#settled = false;
    this.#confirmed = false;
    this.#pump = new EventPump(this.#api, lineId, this.#intake.streamId, this.#options.pace, {
      line: (data, id) => this.#take(data, id),
      heard: (what) => this.#heard(what),
      silent: () => this.#silent(),
      broke: (error, retryAt) => this.#broke(error, retryAt),
    });
  }

  #newIntake(from: string): Intake {
    return new Intake(this.#execution, from, () => this.news.tell());
  }

  #take(data: Fields, id: string): void {
    const line = eventLineOf(data, id, this.#detail?.execution.steps ?? []);
    this.#confirmed = false;
    if (line) this.#intake.take(line);
    this.#alive();
  }

  #heard(what: 'open' | 'heartbeat' | 'status'): void {
    if (what === 'open') this.#opened = true;
    if (what === 'heartbeat') this.#confirmed = true;
    if (what === 'status') this.#nudge.tell();
    if (what !== 'open' || this.#state?.kind !== 'polling') this.#alive();
    this.#activity.tell();
  }

  readonly #nudge = new News();

  #alive(): void {
    this.#brokenAt = undefined;
    this.#setState({ kind: 'live' });
    this.#activity.tell();
  }

  #silent(): void {
    this.#settled = true;
    this.#confirmed = false;
    this.#setState(this.#pollingState('the stream is silent while others write'));
    this.#nudge.tell();
  }

  #broke(error: LogError, retryAt: number): void {
    this.#confirmed = false;
    this.#brokenAt ??= Date.now();
    this.#setState({ kind: 'reconnecting', at: retryAt, why: error.message });
    this.#activity.tell();
    this.#giveUpAfter(error);
    this.#nudge.tell();
  }

  #pollingState(why: string): TailState {
    return { kind: 'polling', seconds: Math.round(this.#api.budget.cadence / 1_000), why };
  }

  #setState(state: TailState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.news.tell();
  }

  #giveUpAfter(error: LogError): void {
    if (this.#brokenAt === undefined || Date.now() - this.#brokenAt < this.#options.patience) return;
    this.#fail(new LogError('unavailable', `The tail broke off: ${error.message}`, { cause: error }));
  }

  #fail(error: LogError): void {
    this.#failure = error;
    this.news.tell();
  }

  #startPolling(): void {
    if (this.#polling) return;
    this.#polling = true;
    void this.#poll().finally(() => {
      this.#polling = false;
    });
  }

  /** Learns from the system's records how things end, for its streams never do; reads lines where no stream brings them. */
  async #poll(): Promise<void> {
    const { signal } = this.#ended;
    while (this.#followed.size > 0 && !signal.aborted) {
      const { mark } = this.#nudge;
      const { cadence } = this.#api.budget;
      await delay(Math.min(cadence, this.#options.pace.freshness), signal).catch(() => undefined);
      await within(cadence, (late) => this.#nudge.since(mark, late), signal).catch(() => undefined);
      if (signal.aborted || this.#followed.size === 0) return;
      try {
        for (const { scope } of this.#followed) await this.#pollScope(scope, signal);
        if (this.#brokenAt !== undefined) {
          this.#brokenAt = undefined;
          this.#setState(this.#pollingState('its stream is not to be had'));
        }
      } catch (error) {
        this.#pollFailed(LogError.from(error));
      }
    }
  }

  async #pollScope(scope: LogScope, signal: AbortSignal): Promise<void> {
    const asking = { signal, fresh: this.#options.pace.freshness };
    const detail = await readDetail(this.#api, this.#execution, asking);
    this.#detail = detail;
    const { isOver } = await this.#logsIn(scope, detail, asking);
    if (isOver || this.#state?.kind !== 'live') await this.#catchUp(scope, signal, asking.fresh);
    if (isOver) this.news.tell();
  }

  #pollFailed(error: LogError): void {
    if (this.#ended.signal.aborted) return;
    if (error.code === 'throttled') this.#setState(this.#pollingState(error.message));
    else if (error.code === 'unavailable') this.#outOfReach(error);
    else this.#fail(error);
  }

  #outOfReach(error: LogError): void {
    this.#brokenAt ??= Date.now();
    this.#setState({ kind: 'reconnecting', at: Date.now() + this.#api.budget.cadence, why: error.message });
    this.#giveUpAfter(error);
  }

  /** The stream is kept for a while after it was last of use: the next page may be asked for soon. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#followed.size === 0) this.#idle = setTimeout(() => this.#closeStream(), 20_000);
  }

  #closeStream(): void {
    this.#pump?.end();
    this.#pump = undefined;
    this.#state = undefined;
  }

  #asking(signal: AbortSignal | undefined) {
    return { signal, fresh: this.#options.pace.freshness };
  }

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

/** The step that ran at a time; agents' lines in texts do not say theirs. */
function stepAt({ execution: { steps } }: Detail, time: number | undefined): string {
  const started = steps.filter(
    ({ startedAt }) => startedAt !== undefined && time !== undefined && startedAt <= time + 1_000,
  );
  return (started.at(-1) ?? steps[0])?.id ?? '-';
}

function keyOf({ step, host }: LogScope): string {
  return JSON.stringify([step, host]);
}
