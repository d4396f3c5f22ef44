import { lineFlag, type LineColumns } from '../model/line.ts';
import { LineColumnsBuilder } from './lineBatch.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The lines with whatever is no UTF-8 replaced by U+FFFD, and flagged; the same object when all is well. */
export function wellFormed(lines: LineColumns): LineColumns {
  if (isWellFormed(lines.text) && linesBeginCharacters(lines)) return lines;
  const repaired = new LineColumnsBuilder();
  for (let i = 0; i < lines.count; i++) {
    const bytes = lines.text.subarray(lines.offsets[i], lines.offsets[i + 1]);
    if (isWellFormed(bytes)) repaired.addColumns(lines, i, i + 1);
    else repaired.addColumns(repairedLine(lines, i, bytes), 0, 1);
  }
  return repaired.build();
}

function isWellFormed(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** No line begins within a character that the line before it began. */
function linesBeginCharacters({ count, text, offsets }: LineColumns): boolean {
  for (let i = 1; i < count; i++) if (((text[offsets[i] ?? 0] ?? 0) & 0xc0) === 0x80) return false;
  return true;
}

function repairedLine(lines: LineColumns, index: number, bytes: Uint8Array): LineColumns {
  const text = encoder.encode(lenient.decode(bytes));
  return {
    count: 1,
    text,
    offsets: Uint32Array.of(0, text.length),
    times: lines.times.slice(index, index + 1),
    streams: lines.streams.slice(index, index + 1),
    levels: lines.levels.slice(index, index + 1),
    flags: Uint8Array.of((lines.flags[index] ?? 0) | lineFlag.invalidUtf8),
    ...(lines.fields && { fields: [lines.fields[index]] }),
  };
}
