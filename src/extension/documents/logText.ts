import type { LogScope } from '../../model/query.ts';
import type { LogSource } from '../../model/source.ts';
import { copiedLines } from '../panel/lineFormats.ts';
import type { Words } from '../words.ts';

/** The editor stops colouring and folding well below this; more belongs into the log view or a file. */
const most = { characters: 20_000_000, lines: 200_000 };

/** A log as plain text, cut with a last line that says so when it is too long for an editor. */
export async function readLogText(
  source: LogSource,
  scope: LogScope,
  words: Words,
  signal?: AbortSignal,
): Promise<string> {
  const options = signal ? { signal } : {};
  const lines: string[] = [];
  let characters = 0;
  let page = await source.readLog(
    { ...scope, position: { at: 'start' }, limit: { lines: 10_000, bytes: 4_194_304 } },
    options,
  );
  for (;;) {
    for (const line of copiedLines(page.lines, 'plain')) {
      lines.push(line);
      characters += line.length + 1;
    }
    if (page.lines.count === 0 || page.complete) return joined(lines);
    if (characters > most.characters || lines.length > most.lines) break;
    const position = { at: 'after', pointer: page.newer } as const;
    page = await source.readLog({ ...scope, position, limit: { lines: 10_000, bytes: 4_194_304 } }, options);
  }
  const shown = new Intl.NumberFormat(words.language).format(lines.length);
  return `${joined(lines)}\n${words.t('… cut after {0} lines. The log view shows all of it, and an export writes all of it.', shown)}\n`;
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
