/** Local time as the format writes it: `2026-11-21T01:22:48.402`, without an offset. */
export function localTime(time: number): string {
  return new Date(time - offsetAt(time)).toISOString().slice(0, -1);
}

/** Local time as it stands in a file's name: `20261121_012248`. */
export function fileTime(time: number): string {
  return localTime(time).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
}

function offsetAt(time: number): number {
  return new Date(time).getTimezoneOffset() * 60_000;
}
