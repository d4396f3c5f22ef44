/** Ids of entries in a Redis stream: `<milliseconds>-<count>`, ascending. */
const written = /^(\d{1,15})-(\d{1,20})$/;

export function isStreamId(text: unknown): text is string {
  return typeof text === 'string' && written.test(text);
}

/** Below 0 when `a` is before `b`. */
export function compareStreamIds(a: string, b: string): number {
  if (a === b) return 0;
  const [aTime, aCount] = partsOf(a);
  const [bTime, bCount] = partsOf(b);
  if (aTime !== bTime) return aTime - bTime;
  return aCount < bCount ? -1 : aCount > bCount ? 1 : 0;
}

/** The id just after: entries up to `id` are those before it. */
export function streamIdAfter(id: string): string {
  const [time, count] = partsOf(id);
  return `${time}-${count + 1n}`;
}

export function laterStreamId(a: string, b: string): string {
  return compareStreamIds(a, b) < 0 ? b : a;
}

function partsOf(id: string): [number, bigint] {
  const parts = written.exec(id);
  return [Number(parts?.[1] ?? 0), BigInt(parts?.[2] ?? 0)];
}
