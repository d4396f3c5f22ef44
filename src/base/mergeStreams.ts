/** One stream of several, with what it has brought and nobody has taken yet. */
interface Lane<T> {
  readonly items: AsyncIterator<T>;
  readonly leads: boolean;
  pulling: boolean;
  arrived?: { readonly result: IteratorResult<T> } | { readonly error: unknown };
}

/**
 * Whatever of several streams comes first, in turns when all are ready, none further ahead than one item. Ends when
 * the leading ones have ended, and leaves the rest; breaks when one breaks. All begin before the first item is given.
 * A stream must let go of a reader who leaves while it waits.
 */
export async function* mergeStreams<T>(
  leading: readonly AsyncIterable<T>[],
  beside: readonly AsyncIterable<T>[],
): AsyncGenerator<T, void> {
  const lanes = [...leading, ...beside].map((stream, i): Lane<T> => {
    return { items: stream[Symbol.asyncIterator](), leads: i < leading.length, pulling: false };
  });
  const open = new Set(lanes);
  let wake = (): void => undefined;
  try {
    while (lanes.some((lane) => lane.leads && open.has(lane))) {
      for (const lane of open) pull(lane, () => wake());
      const ready = [...open].find((lane) => lane.arrived);
      if (!ready) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      open.delete(ready);
      const result = taken(ready);
      if (result.done) continue;
      // Back at the end of the row, so that the others come before it again.
      open.add(ready);
      yield result.value;
    }
  } finally {
    await Promise.all([...open].map(async ({ items }) => items.return?.()));
  }
}

function pull<T>(lane: Lane<T>, wake: () => void): void {
  if (lane.pulling || lane.arrived) return;
  lane.pulling = true;
  lane.items.next().then(
    (result) => arrive(lane, { result }, wake),
    (error: unknown) => arrive(lane, { error }, wake),
  );
}

function arrive<T>(lane: Lane<T>, what: NonNullable<Lane<T>['arrived']>, wake: () => void): void {
  lane.pulling = false;
  lane.arrived = what;
  wake();
}

function taken<T>(lane: Lane<T>): IteratorResult<T> {
  const { arrived } = lane;
  delete lane.arrived;
  if (!arrived || 'error' in arrived) throw arrived?.error;
  return arrived.result;
}
