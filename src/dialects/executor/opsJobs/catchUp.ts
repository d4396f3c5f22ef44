import { delay } from '../../../base/abort.ts';
import type { OpsJobsApi } from './api.ts';
import { agentEntries, History, type HostLog, type KnownEntry } from './history.ts';
import type { Intake } from './intake.ts';
import type { LiveStream } from './liveStream.ts';
import type { Pace } from './pace.ts';
import type { Detail } from './records.ts';
import { compareStreamIds, laterStreamId, streamIdAfter } from './streamIds.ts';
import { within } from '../../within.ts';

/** A merged log of more hosts than this is not checked host by host. */
const mostChecked = 8;
/** A server's clock is told in whole seconds. */
const tick = 1_000;

export interface Wanted {
  readonly detail: Detail;
  readonly logs: readonly HostLog[];
  /** When the last of them ended; undefined while one may go on. */
  readonly endedAt: number | undefined;
}

type Heads = ReadonlyMap<HostLog, KnownEntry | undefined>;

/** Brings what is held of some logs up to what the system has, by the stream as long as it brings it, else by asking. */
export class CatchUp {
  readonly #api: OpsJobsApi;
  readonly #pace: Pace;
  readonly #history: History;
  readonly #intake: Intake;
  readonly #stream: LiveStream;
  #heardBefore = 0;
  /** When the system was last asked for what agents wrote, and whether all of it was written then. */
  #agentsAsked = { at: 0, final: false };

  constructor(api: OpsJobsApi, pace: Pace, intake: Intake, stream: LiveStream) {
    this.#api = api;
    this.#pace = pace;
    this.#history = new History(api);
    this.#intake = intake;
    this.#stream = stream;
  }

  /** Resolves with whether the system knows any line of these logs. */
  async run(wanted: Wanted, signal: AbortSignal | undefined): Promise<boolean> {
    const { logs } = wanted;
    const intake = this.#intake;
    this.#heardBefore = intake.heard;
    await this.#stream.settle(signal);
    intake.flush();
    const checked = logs.length <= mostChecked ? logs : logs.filter(({ step, host }) => !intake.isFollowed(step, host));
    const heads = new Map<HostLog, KnownEntry | undefined>();
    for (const log of checked) heads.set(log, await this.#history.newest(log, '', this.#asking(signal)));
    let isBehind = false;
    for (const [log, head] of heads) isBehind = !(await this.#reaches(log, head, signal)) || isBehind;
    intake.flush();
    const lacksAgents = this.#lacksAgents(wanted, heads);
    if (isBehind || lacksAgents) {
      if (lacksAgents) await this.#passed(wanted.endedAt, signal);
      await this.#recover(wanted, heads, signal);
      await this.#stream.settle(signal);
      intake.flush();
    }
    return logs.some((log) => heads.get(log) !== undefined || intake.held.logOf(log.step, log.host).rows > 0);
  }

  /** Whether the stream comes to a host's newest line by itself. */
  async #reaches(
    { step, host }: HostLog,
    head: KnownEntry | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const intake = this.#intake;
    const heardFirst = this.#heardBefore;
    const isThere = () => !head || compareStreamIds(head.id, intake.knownId(step, host)) <= 0;
    while (!isThere()) {
      if (!intake.isFollowed(step, host) || this.#stream.isBroken) return false;
      const { mark } = this.#stream.activity;
      const before = intake.heard;
      // One that has been sending may only have to take breath; asking costs more than waiting.
      const patience = before > heardFirst ? 1.25 * this.#pace.heartbeat : this.#pace.quiet;
      const moved = await within(patience, (late) => this.#stream.activity.since(mark, late), signal);
      if (!moved || intake.heard === before) return isThere();
    }
    return true;
  }

  /** Only the stream tells what agents write, and it has not said that it left nothing out. */
  #lacksAgents({ detail, logs, endedAt }: Wanted, heads: Heads): boolean {
    if (this.#stream.isConfirmed) return false;
    if (endedAt !== undefined) return !this.#agentsAsked.final || detail.running;
    const isEmpty = logs.some((log) => !heads.get(log) && this.#intake.held.logOf(log.step, log.host).rows === 0);
    return (isEmpty || this.#stream.isHeldUp) && Date.now() - this.#agentsAsked.at >= this.#pace.cadence;
  }

  /** The place from which the stream goes on must lie behind everything that an agent wrote before the end. */
  async #passed(endedAt: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (endedAt === undefined) return;
    const longest = this.#pace.skew + 2 * tick;
    const early = endedAt + longest - this.#api.serverTime;
    if (early > 0) await delay(Math.min(early, longest), signal);
  }

  /**
   * The stream has stopped at something it cannot get past. What hosts wrote up to a place is taken from their
   * histories, what agents wrote from the older one, and the stream goes on from that place.
   */
  async #recover({ detail, logs }: Wanted, heads: Heads, signal: AbortSignal | undefined): Promise<void> {
    const intake = this.#intake;
    const { skew } = this.#pace;
    const newest = [...heads.values()].flatMap((head) => head?.id ?? []);
    const clock = `${Math.floor(this.#api.serverTime) - skew}-0`;
    const place = [intake.streamId, clock, ...newest].reduce(laterStreamId);
    this.#api.trace(`The stream of ${detail.lineId} stops at ${intake.streamId}; going on from ${place}.`);
    await intake.holding(logs, async () => {
      intake.skipTo(place);
      this.#stream.skipTo(place);
      for (const log of logs) await this.#fill(log, heads.get(log), place, signal);
      await this.#fillAgents(detail, place, signal);
    });
  }

  /** Takes over what a host's history has up to `place`. */
  async #fill(
    log: HostLog,
    seen: KnownEntry | undefined,
    place: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const intake = this.#intake;
    const { step, host } = log;
    const asking = this.#asking(signal);
    const head = seen?.id === place ? seen : await this.#history.newest(log, streamIdAfter(place), asking);
    const from = intake.knownId(step, host);
    if (!head || compareStreamIds(head.id, from) <= 0) {
      intake.fill(step, host, [], place);
      return;
    }
    const { entries, cut } = await this.#history.after(log, head.id, intake.newest(step, host), from, asking);
    intake.fill(step, host, entries, place, head, cut);
  }

  async #fillAgents(detail: Detail, place: string, signal: AbortSignal | undefined): Promise<void> {
    this.#agentsAsked = { at: Date.now(), final: !detail.running };
    const { hosts, full } = await agentEntries(this.#api, detail, place, this.#asking(signal));
    for (const [host, entries] of hosts)
      this.#intake.fillAgent(host, entries, full, ({ time }) => stepAt(detail, time));
  }

  #asking(signal: AbortSignal | undefined) {
    return { signal, fresh: this.#pace.freshness };
  }
}

/** The step that ran at a time; agents' lines in texts do not say theirs. */
function stepAt({ execution: { steps } }: Detail, time: number | undefined): string {
  // Agents count in whole seconds.
  const begun = steps.filter(
    ({ startedAt }) => time !== undefined && startedAt !== undefined && startedAt < time + 1_000,
  );
  return (begun.at(-1) ?? steps[0])?.id ?? '-';
}
