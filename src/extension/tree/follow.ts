import { delay } from '../../base/abort.ts';
import { LogError } from '../../model/errors.ts';
import type { Connection, ConnectionLog } from '../connection.ts';
import { isRefusal } from './executionTree.ts';
import { mergeChange, type Changed, type ChangedExecutions } from './changes.ts';

export interface Follow {
  readonly signal: AbortSignal;
  readonly log: Pick<ConnectionLog, 'warn'>;
  /** Told what changed, never again before it has resolved. */
  readonly apply: (changes: ChangedExecutions) => Promise<void>;
  /** A watch has begun: anything may have changed since it was last looked at. */
  readonly missed: () => void;
}

/** How long changes are gathered before they are looked at, in milliseconds. */
const gather = 250;
const retryAfter = [1, 2, 5, 10, 30].map((seconds) => seconds * 1_000);

type Followed = Pick<Connection, 'name' | 'open'>;

/**
 * Follows what changes in a connection until `signal` aborts, through any number of broken watches. Ends by itself
 * when it is refused: asking again and again would not help.
 */
export async function followChanges(connection: Followed, follow: Follow): Promise<void> {
  const { signal, log } = follow;
  for (let failures = 0; !isOver(signal); failures++) {
    const begun = performance.now();
    try {
      await watchOnce(connection, follow);
    } catch (error) {
      if (isOver(signal)) return;
      const known = LogError.from(error);
      log.warn(`${connection.name}: watching broke off: ${known.code}: ${known.message}`);
      if (isRefusal(known)) return;
    }
    if (performance.now() - begun > 60_000) failures = 0;
    await delay(retryAfter[failures] ?? 30_000, signal).catch(() => undefined);
  }
}

async function watchOnce(connection: Followed, { signal, log, apply, missed }: Follow): Promise<void> {
  const { source } = await connection.open();
  let waiting = new Map<string, Changed>();
  let working = false;

  async function work(): Promise<void> {
    while (waiting.size > 0) {
      await delay(gather, signal);
      const changes = waiting;
      waiting = new Map();
      await apply(changes);
    }
  }

  for await (const change of begun(source.watch({}, { signal }), missed)) {
    mergeChange(waiting, change);
    if (working) continue;
    working = true;
    work()
      .catch((error: unknown) => {
        if (!isOver(signal)) log.warn(`${connection.name}: refreshing failed: ${LogError.from(error).message}`);
      })
      .finally(() => {
        working = false;
      });
  }
}

/** The same stream; `then` is called when it has been asked for its first value, which is when a watch begins. */
async function* begun<T>(stream: AsyncIterable<T>, then: () => void): AsyncGenerator<T, void> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    const first = iterator.next();
    then();
    for (let result = await first; !result.done; result = await iterator.next()) yield result.value;
  } finally {
    await iterator.return?.();
  }
}

/** Asks anew each time: it becomes true while something is awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}
