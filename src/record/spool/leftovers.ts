import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSink } from '../../model/sink.ts';
import { Delivery, type DeliveryState } from './delivery.ts';
import { addressOf, hasCalls, Spool, wasRefused } from './spool.ts';

/** What became of a spool that was left. */
export interface Sent {
  readonly folder: string;
  readonly to: string;
  readonly state: DeliveryState;
  /** Bytes that are still to be sent. */
  readonly left: number;
}

export interface SendOptions {
  /** Only what goes there. */
  readonly to?: string;
  /** Offers once more what was refused. */
  readonly refusedToo?: boolean;
  /** Tells when one begins to be sent, and whenever it stands differently with it. */
  readonly changed?: (spool: Spool, state: DeliveryState) => void;
}

/** Sends what other runs have left in `parent`, the oldest first, and removes what has arrived. */
export async function* sendLeftovers(
  parent: string,
  open: (to: string) => Promise<LogSink>,
  options: SendOptions,
  signal: AbortSignal,
): AsyncGenerator<Sent, void> {
  for (const folder of await foldersIn(parent)) {
    if (signal.aborted) return;
    if (options.refusedToo !== true && (await wasRefused(folder))) continue;
    const spool = await Spool.open(folder);
    if (!spool) continue;
    if (options.to !== undefined && spool.to !== options.to) await spool.close();
    else yield await sendOne(spool, open, options, signal);
  }
}

/** Where what was left in `parent` goes, each place once. */
export async function destinationsOf(parent: string): Promise<string[]> {
  const addresses = await Promise.all((await foldersIn(parent)).map(addressOf));
  return [...new Set(addresses.filter((to) => to !== undefined))];
}

/** Folders in `parent` that hold recordings, but cannot say any longer where they go. */
export async function withoutAddress(parent: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of await foldersIn(parent))
    if ((await addressOf(folder)) === undefined && (await hasCalls(folder))) found.push(folder);
  return found;
}

async function sendOne(
  spool: Spool,
  open: (to: string) => Promise<LogSink>,
  { changed }: SendOptions,
  signal: AbortSignal,
): Promise<Sent> {
  const sink = await open(spool.to);
  const delivery = new Delivery(spool, sink, (state) => changed?.(spool, state));
  changed?.(spool, delivery.state);
  await delivery.run(signal);
  await sink[Symbol.asyncDispose]();
  const { folder, to, unsent } = spool;
  if (delivery.state.kind === 'delivered') await spool.remove();
  else await spool.close();
  return { folder, to, state: delivery.state, left: unsent };
}

/** Names of spools begin with the time they were made. */
async function foldersIn(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name))
    .toSorted();
}
