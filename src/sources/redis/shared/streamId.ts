/** A stream entry's id, `<milliseconds>-<sequence>`: both count up to 2^64, beyond what numbers hold, so it stays text. */
export type StreamId = string;

/** Before every entry: no entry can have it. */
export const zeroId: StreamId = '0-0';

const most = (1n << 64n) - 1n;

/** Behind every entry. */
export const greatestId: StreamId = `${most}-${most}`;

const written = /^(0|[1-9]\d{0,19})-(0|[1-9]\d{0,19})$/;

export function isStreamId(text: string): boolean {
  const parts = written.exec(text);
  return parts !== null && BigInt(parts[1] ?? 0) <= most && BigInt(parts[2] ?? 0) <= most;
}

/** Below 0 when `a` comes before `b`. */
export function compareIds(a: StreamId, b: StreamId): number {
  const [aTime = '', aSequence = ''] = a.split('-');
  const [bTime = '', bSequence = ''] = b.split('-');
  return compareCounts(aTime, bTime) || compareCounts(aSequence, bSequence);
}

export function laterId(a: StreamId, b: StreamId): StreamId {
  return compareIds(a, b) < 0 ? b : a;
}

/** The greatest id below; zero's is zero. */
export function idBefore(id: StreamId): StreamId {
  const [time, sequence] = countsOf(id);
  if (sequence > 0n) return `${time}-${sequence - 1n}`;
  return time > 0n ? `${time - 1n}-${most}` : zeroId;
}

/** When Redis received the entry, in milliseconds since the epoch by its clock. */
export function receivedAt(id: StreamId): number {
  return Number(id.slice(0, id.indexOf('-')));
}

function countsOf(id: StreamId): [bigint, bigint] {
  const [time = '0', sequence = '0'] = id.split('-');
  return [BigInt(time), BigInt(sequence)];
}

/** Counts without leading zeros. */
function compareCounts(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
