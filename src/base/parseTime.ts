/** A number below this counts seconds (until the year 5138), from here on milliseconds (since March 1973). */
const leastMilliseconds = 100_000_000_000;

const largestTime = 8_640_000_000_000_000;

const written =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(?:[Zz]|([+-])(\d\d):?(\d\d)[Zz]?)?$/;

/**
 * Milliseconds since the epoch of a time as systems write it: ISO 8601 with an offset, with `Z`, with both, or
 * with neither (then it is UTC, or `local` time if that is what the system writes), with `T` or a space; seconds or
 * milliseconds since the epoch, as number or text.
 * Undefined for what is no time, and for zero times (the epoch's zero, Go's year 1), which mean "none".
 */
export function parseTime(value: unknown, bare: 'utc' | 'local' = 'utc'): number | undefined {
  if (typeof value === 'number') return fromCount(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d*)?$/.test(text)) return fromCount(Number(text));
  return fromWritten(written.exec(text), bare);
}

function fromCount(count: number): number | undefined {
  const milliseconds = Math.round(count < leastMilliseconds ? count * 1_000 : count);
  return milliseconds > 0 && milliseconds <= largestTime ? milliseconds : undefined;
}

function fromWritten(parts: RegExpExecArray | null, bare: 'utc' | 'local'): number | undefined {
  if (!parts) return undefined;
  const part = (index: number): number => Number(parts[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (year < 1_000 || month < 1 || month > 12 || day < 1 || hour > 24 || minute > 59 || second > 60) return undefined;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  const milliseconds = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  if (bare === 'local' && !/[Zz]$|[+-]\d\d:?\d\d$/.test(parts[0]))
    return new Date(year, month - 1, day, hour, minute, second, milliseconds).getTime();
  const offset = (part(9) * 60 + part(10)) * (parts[8] === '-' ? -60_000 : 60_000);
  const time = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset;
  return time === 0 ? undefined : time;
}
