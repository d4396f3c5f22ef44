import { News } from '../../../base/news.ts';
import { LogError } from '../../../model/errors.ts';
import type { TailState } from '../../../model/page.ts';
import type { OpsJobsApi } from './api.ts';
import { EventPump } from './eventPump.ts';
import type { Pace } from './pace.ts';
import type { Fields } from '../../values.ts';
import { within } from '../../within.ts';

export interface StreamOptions {
  readonly pace: Pace;
  /** Milliseconds that a tail waits for a system that is out of reach. */
  readonly patience: number;
}

export interface StreamListener {
  line(data: Fields, id: string): void;
  /** How lines are kept up with, or whether they can be, has changed. */
  changed(): void;
  /** The system's records should be looked at: something ended, or the stream is of no use now. */
  wanted(): void;
}

/** An execution's stream, and what can be relied on of it. */
export class LiveStream {
  /** Told whenever the stream says something, or stops. */
  readonly activity = new News();
  readonly #api: OpsJobsApi;
  readonly #options: StreamOptions;
  readonly #listener: StreamListener;
  #pump: EventPump | undefined;
  #opened = false;
  #settled = false;
  #confirmed = false;
  #heardAt = 0;
  #state: TailState | undefined;
  #isBroken = false;
  /** Asking brings what the stream does not. */
  #askingWorks = false;
  #outOfReachSince: number | undefined;
  #failure: LogError | undefined;

  constructor(api: OpsJobsApi, options: StreamOptions, listener: StreamListener) {
    this.#api = api;
    this.#options = options;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#pump !== undefined;
  }

  get state(): TailState | undefined {
    return this.#state;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What ends tails; undefined while there is hope. */
  get failure(): LogError | undefined {
    return this.#failure;
  }

  /** Nothing that was there has been left out: the stream had the leisure for a heartbeat. */
  get isConfirmed(): boolean {
    return this.#confirmed;
  }

  /** Silent for so long that it would have had a heartbeat if nobody else wrote. */
  get isHeldUp(): boolean {
    return this.isBroken || Date.now() - this.#heardAt > 1.25 * this.#options.pace.heartbeat;
  }

  open(lineId: string, from: string): void {
    this.#again();
    this.#pump ??= new EventPump(this.#api, lineId, from, this.#options.pace, {
      line: (data, id) => {
        this.#confirmed = false;
        this.#listener.line(data, id);
        this.#alive();
      },
      heard: (what) => this.#heard(what),
      silent: () => this.#silent(),
      broke: (error, retryAt) => this.#broke(error, retryAt),
    });
  }

  /** Waits until the stream has sent what was there when it was opened; it may be silent for other reasons too. */
  async settle(signal: AbortSignal | undefined): Promise<void> {
    for (let rounds = 1; !this.#settled && !this.#confirmed && !this.isBroken; rounds++) {
      const { mark } = this.activity;
      const { quiet } = this.#options.pace;
      const moved = await within(quiet, (late) => this.activity.since(mark, late), signal);
      if (!moved && (this.#opened || rounds > 3)) this.#settled = true;
    }
  }

  /** Leaves out what is before `id`. */
  skipTo(id: string): void {
    this.#again();
    this.#pump?.skipTo(id);
  }

  /** Somebody begins to wait: there is hope again, and no reason to wait for the next attempt. */
  begin(): void {
    this.#failure = undefined;
    if (this.isBroken) this.#pump?.retry();
  }

  close(): void {
    this.#pump?.end();
    this.#pump = undefined;
    this.#state = undefined;
  }

  end(reason: LogError): void {
    this.close();
    this.activity.close(reason);
  }

  /** Asking has brought what the stream does not. */
  polled(): void {
    this.#outOfReachSince = undefined;
    if (!this.#isBroken) return;
    this.#askingWorks = true;
    this.#setState(this.#polling('its stream is not to be had'));
  }

  outOfReach(error: LogError, retryAt: number): void {
    this.#askingWorks = false;
    this.#outOfReachSince ??= Date.now();
    this.#setState({ kind: 'reconnecting', at: retryAt, why: error.message });
    if (Date.now() - this.#outOfReachSince >= this.#options.patience)
      this.fail(new LogError('unavailable', `The tail broke off: ${error.message}`, { cause: error }));
    this.#listener.wanted();
  }

  heldBack(why: string): void {
    this.#setState(this.#polling(why));
  }

  fail(error: LogError): void {
    this.#failure = error;
    this.#listener.changed();
  }

  #broke(error: LogError, retryAt: number): void {
    this.#isBroken = true;
    this.#confirmed = false;
    if (!this.#askingWorks) this.outOfReach(error, retryAt);
    this.activity.tell();
  }

  #again(): void {
    this.#opened = false;
    this.#settled = false;
    this.#confirmed = false;
    this.#heardAt = Date.now();
  }

  #heard(what: 'open' | 'heartbeat' | 'status'): void {
    if (what === 'open') this.#opened = true;
    if (what === 'heartbeat') this.#confirmed = true;
    if (what === 'status') this.#listener.wanted();
    // That it is open does not mean yet that it brings anything.
    if (what === 'open' && this.#state?.kind === 'polling') this.activity.tell();
    else this.#alive();
  }

  #alive(): void {
    this.#heardAt = Date.now();
    this.#isBroken = false;
    this.#askingWorks = false;
    this.#outOfReachSince = undefined;
    this.#setState({ kind: 'live' });
    this.activity.tell();
  }

  #silent(): void {
    this.#settled = true;
    this.#confirmed = false;
    this.#setState(this.#polling('its stream is silent while others write'));
    this.activity.tell();
    this.#listener.wanted();
  }

  #polling(why: string): TailState {
    return { kind: 'polling', seconds: Math.round(this.#api.budget.cadence / 1_000), why };
  }

  #setState(state: TailState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#listener.changed();
  }
}
