export const lineCount = 100_000;
const batchSize = 1_000;

/** All lines but the last of `count`, in batches of a thousand. */
export function* batches(count = lineCount): Generator<string[]> {
  for (let first = 1; first < count; first += batchSize) {
    const size = Math.min(batchSize, count - first);
    yield Array.from({ length: size }, (_, i) => lineOf(first + i));
  }
}

function lineOf(number: number): string {
  return `line ${String(number)} of a build that compiles one more module of the program`;
}

/** Tells when the first line was written, in milliseconds since the epoch. */
export function lastLine(place: Place, began: number): string {
  return `the last of ${String(lineCount)} lines in the ${place}, the first written at ${String(began)}`;
}

export function lastLinePattern(place: Place): RegExp {
  return new RegExp(`the last of ${String(lineCount)} lines in the ${place}, the first written at (\\d+)`);
}

/** Where they are written: both are on the screen at the same time. */
export type Place = 'log' | 'output';
