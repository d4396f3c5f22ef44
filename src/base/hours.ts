const hourMilliseconds = 3_600_000;

/** No calendar goes further: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const lastTime = 8_640_000_000_000_000;

/** The beginning of the hour that a time is in; undefined for what is no time. */
export function hourOf(time: number): number | undefined {
  if (!(Math.abs(time) <= lastTime)) return undefined;
  return Math.floor(time / hourMilliseconds) * hourMilliseconds;
}

/** Whole hours: from the first's beginning up to, and without, the end. */
export interface HourRange {
  readonly from: number;
  readonly to: number;
}

/** The hours that a time range touches; undefined when it has no ends. */
export function hoursOf({ since, until }: { readonly since?: number; readonly until?: number }): HourRange | undefined {
  if (since === undefined && until === undefined) return undefined;
  return {
    from: since === undefined ? -lastTime : (hourOf(since) ?? -lastTime),
    to: until === undefined ? lastTime : -(hourOf(-until) ?? -lastTime),
  };
}
