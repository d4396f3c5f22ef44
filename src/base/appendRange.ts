import { LogError } from '../model/errors.ts';
import type { LineColumns } from '../model/line.ts';

/**
 * How many of `count` lines from number `firstNumber` on a log of `known` lines has already.
 * Throws invalidRequest when lines between are missing.
 */
export function knownLines(firstNumber: number, count: number, known: number): number {
  if (!Number.isInteger(firstNumber) || firstNumber < 1)
    throw new LogError('invalidRequest', 'The number of the first line is a whole number from 1.');
  if (firstNumber > known + 1)
    throw new LogError(
      'invalidRequest',
      `Lines ${known + 1} to ${firstNumber - 1} are missing. Append them before line ${firstNumber}.`,
    );
  return Math.min(count, known + 1 - firstNumber);
}

/** Throws invalidRequest when the columns do not fit each other. */
export function checkColumns({ count, text, offsets, times, streams, levels, flags }: LineColumns): void {
  const fits = [times, streams, levels, flags].every((column) => column.length === count);
  const ends = offsets.length === count + 1 && (offsets[count] ?? 0) <= text.length;
  if (fits && ends && isAscending(offsets)) return;
  throw new LogError('invalidRequest', 'The columns of these lines do not fit each other.');
}

function isAscending(offsets: Uint32Array): boolean {
  for (let i = 1; i < offsets.length; i++) if ((offsets[i] ?? 0) < (offsets[i - 1] ?? 0)) return false;
  return true;
}
