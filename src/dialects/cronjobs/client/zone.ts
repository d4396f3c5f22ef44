import { parseTime } from '../../../base/parseTime.ts';
import { LogError } from '../../../model/errors.ts';

/** Milliseconds since the epoch of a time as the system writes it; undefined for what is none. */
export type ReadTime = (value: unknown) => number | undefined;

const withoutZone = /^\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s*$/;

/**
 * How times are to be read that say no zone: such a system means its own local time, and does not say which. They
 * are UTC unless the connection's URL says `?zone=+08:00`. Throws invalidRequest for a zone that is none.
 */
export function timesOf(url: string): ReadTime {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  // In a query a plus sign is a space.
  const zone = new URLSearchParams(query.replaceAll('+', '%2B')).get('zone') ?? 'Z';
  const offset = /^(?:utc|z)$/i.test(zone) ? 'Z' : /^[+-](?:0\d|1[0-4]):?[0-5]\d$/.exec(zone)?.[0];
  if (offset === undefined)
    throw new LogError('invalidRequest', `"${zone.slice(0, 40)}" is no time zone. Write it as ?zone=+08:00.`);
  return (value) => {
    if (typeof value === 'string' && value.length <= 64 && withoutZone.test(value))
      return parseTime(value.trim() + offset);
    return parseTime(value);
  };
}
