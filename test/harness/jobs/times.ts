/** `N` is a GAgent of November 2025, `H` one of July 2026. */
export type Generation = 'N' | 'H';

/** Where a job is read from: it is held in memory until ten minutes after its end, then in SQLite only. */
export type Place = 'memory' | 'sqlite';

const east = 8 * 3_600_000;

function bare(time: number): string {
  return new Date(time).toISOString().slice(0, -1);
}

/** A time as this version writes it in a log from there; H's in memory is no valid one. */
export function writtenTime(time: number, generation: Generation, place: Place): string {
  if (generation === 'N') return place === 'memory' ? `${bare(time)}000Z` : `${bare(time)}458`;
  return place === 'memory' ? `${bare(time + east)}000+08:00Z` : `${bare(time + east)}000+08:00`;
}

/** When a job was made, begun or ended: SQLite's own form, in UTC, where it is not held in memory. */
export function recordedTime(time: number | undefined, generation: Generation, place: Place): string | null {
  if (time === undefined) return null;
  if (place === 'memory') return writtenTime(time, generation, place);
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
