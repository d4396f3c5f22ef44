/** ISO 8601 with milliseconds and `Z`; null for none, or one that no calendar has. */
export function isoTime(time: number | undefined): string | null {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
