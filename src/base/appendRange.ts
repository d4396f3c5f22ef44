import { LogError } from '../model/errors.ts';
import type { LineColumns } from '../model/line.ts';
import type { Append } from '../model/sink.ts';

/**
 * Index of the first line of an append that is new to a log that has `known` lines; `lines.count` when none is.
 * Throws invalidRequest when lines between are missing, or the columns do not fit each other.
 */
export function firstNewLine({ firstNumber, lines, host }: Append, known: number): number {
  if (!Number.isInteger(firstNumber) || firstNumber < 1)
    throw new LogError('invalidRequest', 'The number of the first line is a whole number from 1.');
  if (firstNumber > known + 1)
    throw new LogError(
      'invalidRequest',
      `Lines ${known + 1} to ${firstNumber - 1} of ${host} are missing. Append them first.`,
    );
  return Math.min(lines.count, known + 1 - firstNumber);
}

/** Throws invalidRequest when the columns do not fit each other. */
export function checkColumns({ count, text, offsets, times, streams, levels, flags }: LineColumns): void {
  const fits = [times, streams, levels, flags].every((column) => column.length === count);
  const ends = offsets.length === count + 1 && offsets[0] === 0 && offsets[count] === text.length;
  if (fits && ends && isAscending(offsets)) return;
  throw new LogError('invalidRequest', 'The columns of these lines do not fit each other.');
}

function isAscending(offsets: Uint32Array): boolean {
  for (let i = 1; i < offsets.length; i++) if ((offsets[i] ?? 0) < (offsets[i - 1] ?? 0)) return false;
  return true;
}
