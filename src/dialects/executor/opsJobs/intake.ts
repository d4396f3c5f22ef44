import { LineColumnsBuilder } from '../../../base/lineBatch.ts';
import { HeldLines } from '../../../held/heldLines.ts';
import type { Gap } from '../../../model/page.ts';
import { markLevels } from '../../../text/levels.ts';
import type { EventLine } from './eventLine.ts';
import type { KnownEntry } from './history.ts';
import type { TextEntry } from './logText.ts';
import { compareStreamIds, laterStreamId } from './streamIds.ts';

/** What is known of one host's log. */
interface HostState {
  /** Every line of the host's history up to here is held. */
  knownId: string;
  /** The newest of them. */
  newest: KnownEntry | undefined;
  /** Events that arrive while older lines are being fetched. */
  waiting: EventLine[] | undefined;
}

/** How much memory the lines of one execution may take. */
const mostBytes = 128 * 1_048_576;
const mostPending = 2_000;
const mostAgentLines = 200;
/** Lines that arrive within so many milliseconds are kept together. */
const together = 4;

/** Lines whose step nobody knows are shown with the whole execution only. */
const noStep = '-';

/**
 * Takes lines from an execution's stream and from its hosts' histories, each once: the stream's ids tell which are
 * known, and the stream counts only where it leaves nothing out.
 */
export class Intake {
  readonly held: HeldLines;
  readonly #changed: () => void;
  readonly #start: string;
  readonly #hosts = new Map<string, HostState>();
  /** What agents wrote last, by host, for finding it again in a text. */
  readonly #agentLines = new Map<string, string[]>();
  readonly #lost = new Set<string>();
  /** From here on the stream has left nothing out. */
  #since: string;
  /** The stream's newest line. */
  #streamId: string;
  #pending: { readonly step: string; readonly host: string; readonly builder: LineColumnsBuilder } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Lines heard so far, whoever's. */
  heard = 0;

  constructor(execution: string, from: string, changed: () => void) {
    this.held = new HeldLines('opsJobs', execution, mostBytes);
    this.#start = from;
    this.#since = from;
    this.#streamId = from;
    this.#changed = changed;
  }

  get streamId(): string {
    return this.#streamId;
  }

  knownId(step: string, host: string): string {
    return this.#state(step, host).knownId;
  }

  newest(step: string, host: string): KnownEntry | undefined {
    return this.#state(step, host).newest;
  }

  /** Whether the stream tells everything that this host writes. */
  isFollowed(step: string, host: string): boolean {
    return compareStreamIds(this.#state(step, host).knownId, this.#since) >= 0;
  }

  take(line: EventLine): void {
    this.heard++;
    this.#streamId = laterStreamId(this.#streamId, line.id);
    const step = line.step ?? noStep;
    const state = this.#state(step, line.host);
    if (state.waiting) state.waiting.push(line);
    else this.#enter(step, state, line);
  }

  /** The stream goes on after `id`: what lies before is to be had from histories only. */
  skipTo(id: string): void {
    this.#since = id;
    this.#streamId = laterStreamId(this.#streamId, id);
  }

  /** While older lines of these hosts are fetched, what the stream tells of them waits. */
  async holding<T>(logs: readonly { step: string; host: string }[], work: () => Promise<T>): Promise<T> {
    const states = logs.map(({ step, host }) => ({ step, state: this.#state(step, host) }));
    for (const { state } of states) state.waiting ??= [];
    try {
      return await work();
    } finally {
      for (const { step, state } of states) {
        const waiting = state.waiting ?? [];
        state.waiting = undefined;
        for (const line of waiting) this.#enter(step, state, line);
      }
    }
  }

  /** Adds what a history told; everything up to `knownId` is held from now on. `cut`: some before it is missing. */
  fill(
    step: string,
    host: string,
    entries: readonly TextEntry[],
    knownId: string,
    newest?: KnownEntry,
    cut = false,
  ): void {
    const state = this.#state(step, host);
    state.knownId = laterStreamId(state.knownId, knownId);
    if (newest) state.newest = newest;
    if (cut) this.#lose(step, host);
    for (const entry of entries) this.#add(step, host, entry);
    this.flush();
  }

  /**
   * Adds what an agent wrote that is not known yet: the texts carry no ids, so they are laid over what is known.
   * `full`: there may be more before. `stepOf` tells the step that they do not name.
   */
  fillAgent(host: string, entries: readonly TextEntry[], full: boolean, stepOf: (entry: TextEntry) => string): void {
    const known = this.#agentLines.get(host) ?? [];
    const at = overlapEnd(known, entries);
    const added = entries.slice(at ?? 0);
    const [first] = added;
    if (first && at === undefined && (known.length > 0 || full)) this.#lose(stepOf(first), host);
    for (const entry of added) {
      this.#remember(host, entry.raw);
      this.#add(stepOf(entry), host, entry);
    }
    this.flush();
  }

  /** What is missing before a line, when something is. */
  gapBefore(step: string, host: string, number: number): Gap | undefined {
    return this.#lost.has(lineKey(step, host, number)) ? { reason: 'dropped' } : undefined;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return;
    const lines = pending.builder.build();
    markLevels(lines);
    this.held.add(pending.step, pending.host, lines);
    this.#changed();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #enter(step: string, state: HostState, line: EventLine): void {
    if (line.agent) {
      this.#remember(line.host, line.raw);
    } else {
      if (compareStreamIds(line.id, state.knownId) <= 0) return;
      // Between what is known and this one there may be others.
      if (compareStreamIds(state.knownId, this.#since) < 0) return;
      state.knownId = line.id;
      state.newest = line;
    }
    this.#add(step, line.host, line);
  }

  #add(step: string, host: string, line: Pick<EventLine, 'time' | 'texts'> & Partial<EventLine>): void {
    if (this.#pending && (this.#pending.host !== host || this.#pending.step !== step)) this.flush();
    this.#pending ??= { step, host, builder: new LineColumnsBuilder() };
    const { time, stream, level } = line;
    for (const text of line.texts)
      this.#pending.builder.add({
        text,
        ...(time !== undefined && { time }),
        ...(stream && { stream }),
        ...(level && { level }),
      });
    if (this.#pending.builder.count >= mostPending) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), together);
  }

  #remember(host: string, raw: string): void {
    const lines = this.#agentLines.get(host) ?? [];
    lines.push(raw);
    this.#agentLines.set(host, lines.length > 2 * mostAgentLines ? lines.slice(-mostAgentLines) : lines);
  }

  #lose(step: string, host: string): void {
    this.flush();
    this.#lost.add(lineKey(step, host, this.held.logOf(step, host).rows + 1));
  }

  #state(step: string, host: string): HostState {
    const key = lineKey(step, host, 0);
    const known = this.#hosts.get(key);
    if (known) return known;
    const state: HostState = { knownId: this.#start, newest: undefined, waiting: undefined };
    this.#hosts.set(key, state);
    return state;
  }
}

/** Where what is new begins in `entries`, of which the first may be known; undefined when none is. */
function overlapEnd(known: readonly string[], entries: readonly TextEntry[]): number | undefined {
  const last = known.at(-1);
  let best: { end: number; length: number } | undefined;
  for (let end = entries.length; end > 0; end--) {
    if (entries[end - 1]?.raw !== last || last === undefined) continue;
    let length = 1;
    while (length < end && length < known.length && entries[end - 1 - length]?.raw === known.at(-1 - length)) length++;
    if (length > (best?.length ?? 0)) best = { end, length };
  }
  return best?.end;
}

function lineKey(step: string, host: string, number: number): string {
  return JSON.stringify([step, host, number]);
}
