import { linesOf } from '../base/lineBatch.ts';
import { lineFlag, type LogLine } from '../model/line.ts';
import type { LogPage } from '../model/page.ts';
import type { LogScope } from '../model/query.ts';
import { paintFor, type Paint } from './paint.ts';
import { print } from './printer.ts';
import { plainText, shownText } from './terminalText.ts';

/** Prints pages of a log: for people as text, for programs as one JSON object per line. */
export class LinePrinter {
  readonly #json: boolean;
  readonly #times: boolean;
  readonly #named: boolean;
  readonly #paint: Paint = paintFor(process.stdout);
  /** Colours of the log are kept on a terminal only; what else a log says to a terminal, never. */
  readonly #coloured = this.#paint('red', 'x') !== 'x';

  constructor(scope: LogScope, options: { readonly json: boolean; readonly times: boolean }) {
    this.#json = options.json;
    this.#times = options.times;
    this.#named = scope.host === undefined;
  }

  async page(page: LogPage): Promise<void> {
    if (page.gap) process.stderr.write(`execlogs: ${gapWords(page.gap)}\n`);
    let text = '';
    for (const line of linesOf(page.lines)) text += this.#json ? `${JSON.stringify(line)}\n` : this.#text(line);
    if (text !== '') await print(text);
  }

  #text(line: LogLine): string {
    const text = shownText(line.text, this.#coloured);
    const time =
      this.#times && line.time !== undefined ? `${this.#paint('dim', new Date(line.time).toISOString())} ` : '';
    const name = this.#named ? `${this.#paint('cyan', plainText(`${line.step}/${line.host}`))} ` : '';
    const shown = line.stream === 'system' ? this.#paint('italic', text) : text;
    return `${time}${name}${shown}${line.flags & lineFlag.cut ? this.#paint('dim', ' … (cut)') : ''}\n`;
  }
}

function gapWords(gap: NonNullable<LogPage['gap']>): string {
  const many = gap.count === undefined ? 'Lines' : `${gap.count.toLocaleString('en')} lines`;
  return `${many} before this can no longer be had (${gap.reason}).`;
}
