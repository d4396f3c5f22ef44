import { join } from 'node:path';
import { redactUrl } from '../base/connectionUrl.ts';
import type { LogSink } from '../model/sink.ts';
import { Delivery } from '../record/spool/delivery.ts';
import { sendLeftovers } from '../record/spool/leftovers.ts';
import { Spool } from '../record/spool/spool.ts';
import { SpoolSink } from '../record/spool/spoolSink.ts';
import { homeFolder } from '../sources/home.ts';
import { openSink } from '../sources/open.ts';
import type { Words } from './commandLine.ts';
import { openOptions, openTo } from './connection.ts';
import { Leaving } from './leaving.ts';
import { sizeWords } from './size.ts';
import { deliveryTeller, tell } from './spoolWords.ts';

/** Where a run is recorded. */
export interface Destination {
  readonly sink: LogSink;
  /** Waits until everything has arrived, or tells where the rest is kept. To be called whatever happened. */
  settle(): Promise<void>;
}

/** How long the end of a run waits for a service that stays away, in milliseconds: one that was there comes back. */
const patience = { restarting: 60_000, neverThere: 10_000 } as const;
/** When waiting at the end is first told of, and how often then. */
const toldAfter = 1_000;
const toldEvery = 5_000;

/** Opens what `--to` names. What is on another machine is reached through a spool, so that it need not be there. */
export async function openDestination(words: Words): Promise<Destination> {
  const url = words.text('to');
  if (url !== undefined && /^(executor\+)?https?:/i.test(url)) return SpooledDestination.open(words, url);
  const sink = await openTo(words);
  return {
    sink,
    async settle() {
      await sink[Symbol.asyncDispose]();
    },
  };
}

/** Where spools are kept. */
export function spoolFolder(): string {
  return join(homeFolder(process.env, process.platform), 'spool');
}

class SpooledDestination implements Destination {
  readonly sink: SpoolSink;
  readonly #remote: LogSink;
  readonly #spool: Spool;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  readonly #delivering: Promise<void>;
  readonly #leftovers: Promise<void>;
  #leaving: Leaving | undefined;

  static async open(words: Words, url: string): Promise<SpooledDestination> {
    const options = await openOptions(words, url);
    const open = (): Promise<LogSink> => openSink(url, options);
    const remote = await open();
    return new SpooledDestination(remote, await Spool.create(spoolFolder(), url), open);
  }

  private constructor(remote: LogSink, spool: Spool, open: () => Promise<LogSink>) {
    this.#remote = remote;
    this.#spool = spool;
    const told = deliveryTeller();
    this.#delivery = new Delivery(spool, remote, (state) => {
      // A run that may not begin fails with that.
      if (this.sink.hasBegun || state.kind !== 'refused') told(spool, state);
      this.#leaving?.changed(state);
    });
    this.sink = new SpoolSink(spool, this.#delivery);
    this.#delivering = this.#delivery.run(this.#stop.signal);
    this.#leftovers = this.#sendLeftovers(open);
  }

  async settle(): Promise<void> {
    using leaving = new Leaving(this.#delivery.hasArrived ? patience.restarting : patience.neverThere);
    this.#leaving = leaving;
    leaving.changed(this.#delivery.state);
    leaving.signal.addEventListener('abort', () => this.#stop.abort(leaving.signal.reason), { once: true });
    await this.#spool.complete();
    const teller = this.#tellProgress();
    await this.#delivering;
    clearInterval(teller);
    this.#stop.abort();
    await this.#leftovers;
    await this.#remote[Symbol.asyncDispose]();
    await this.#end();
  }

  async #end(): Promise<void> {
    const { folder, to, unsent } = this.#spool;
    if (this.#delivery.state.kind === 'delivered' || !this.sink.hasBegun) {
      await this.#spool.remove();
      return;
    }
    await this.#spool.close();
    tell(`${sizeWords(unsent)} of this recording did not reach ${redactUrl(to)}. They are kept in ${folder}.`);
    if (this.#delivery.state.kind !== 'damaged') tell('Send them with: execlogs send');
  }

  /** What earlier runs left for the same place goes along while this one runs. */
  async #sendLeftovers(open: () => Promise<LogSink>): Promise<void> {
    const { to } = this.#spool;
    try {
      for await (const { state } of sendLeftovers(spoolFolder(), open, { to }, this.#stop.signal))
        if (state.kind === 'delivered') tell(`sent to ${redactUrl(to)} what an earlier run had left`);
    } catch (error) {
      tell(`What earlier runs left was not sent: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #tellProgress(): NodeJS.Timeout {
    const begun = Date.now();
    let told = 0;
    return setInterval(() => {
      if (Date.now() - begun < toldAfter || Date.now() - told < toldEvery) return;
      told = Date.now();
      const { unsent, to } = this.#spool;
      const [what, where] = [sizeWords(unsent), redactUrl(to)];
      const doing =
        this.#delivery.state.kind === 'failing'
          ? `waiting for ${where} to send ${what}`
          : `sending ${what} to ${where}`;
      tell(`${doing}; Ctrl-C leaves them for later`);
    }, toldAfter / 4);
  }
}
