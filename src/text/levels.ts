import { levels, type Level, type LineColumns } from '../model/line.ts';
import { stripAnsi } from './ansi.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How grave a line says it is; `none` when it does not say. */
export function detectLevel(text: string): Level {
  const visible = stripAnsi(text);
  if (/\b(?:fatal|panic|critical)\b/i.test(visible)) return 'fatal';
  if (/\b(?:error|err!|failed|exception|traceback)\b(?![=:]? ?0)/i.test(visible)) return 'error';
  if (/\b(?:warn|warning)\b/i.test(visible)) return 'warn';
  return 'none';
}

/** Fills `levels` in place where it is none. */
export function markLevels(lines: LineColumns): void {
  for (let i = 0; i < lines.count; i++) {
    if (lines.levels[i] !== 0) continue;
    const text = decoder.decode(lines.text.subarray(lines.offsets[i], lines.offsets[i + 1]));
    lines.levels[i] = levels.indexOf(detectLevel(text));
  }
}
