import { linesOf } from '../../base/lineBatch.ts';
import type { CopyStyle } from '../../bridge/logHost.ts';
import type { LineBatch } from '../../model/line.ts';
import { stripAnsi } from '../../text/ansi.ts';
import { lineJson } from '../../text/lineJson.ts';

/** The lines of a batch as they are copied: visible text only, one per line, with their time when asked for; all that is known as JSON. */
export function* copiedLines(batch: LineBatch, style: CopyStyle): Generator<string> {
  for (const line of linesOf(batch)) {
    const { text, time } = line;
    const visible = stripAnsi(text);
    if (style === 'json') yield lineJson(line);
    else if (style !== 'withTime') yield visible;
    else yield `${time === undefined ? '' : `${new Date(time).toISOString()} `}${visible}`;
  }
}

/** A Markdown block that no line can break out of, under a heading that says where the lines come from. */
export function markdownBlock(heading: string, lines: readonly string[]): string {
  const longest = Math.max(0, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  const escaped = heading.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
  return `**${escaped}**\n\n${fence}text\n${lines.join('\n')}\n${fence}\n`;
}
