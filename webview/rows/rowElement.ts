import type { Link } from '../../src/bridge/logHost.ts';
import { levels, lineFlag, streams, type LineBatch } from '../../src/model/line.ts';
import { visible } from '../../src/text/visible.ts';
import { formatBytes, formatCount } from '../amounts.ts';
import type { Row } from '../document/rows.ts';
import type { Translate } from '../words.ts';
import { countWords } from '../words.ts';
import { paintStyle } from './colours.ts';
import type { ThemeColours } from './themeColours.ts';
import { viewLine, type Piece } from './lineView.ts';
import { formatTime, type TimeShown } from './timestamps.ts';

/** How all rows are painted at the moment; another object means that all must be painted again. */
export interface Look {
  readonly t: Translate;
  readonly language: string;
  readonly time: TimeShown;
  /** Lines of several hosts: each says whose it is. */
  readonly hosts: boolean;
}

export interface RowContent {
  readonly row: Row;
  readonly number: number | undefined;
  /** Time of the line before, where it is loaded. */
  readonly timeBefore: number | undefined;
}

/** The element of one row; another row may use it later. */
export class RowElement {
  readonly root = part('div', 'row');
  /** The row painted here. */
  index = Number.NaN;
  /** The visible text; selections and matches count in it. */
  text = '';
  readonly #gutter = part('span', 'gutter');
  readonly #number = part('span', 'number');
  readonly #time = part('span', 'time');
  readonly #host = part('span', 'host');
  readonly content = part('span', 'text');
  #links = new WeakMap<Node, Link>();
  #y = Number.NaN;
  #painted: { readonly content: RowContent; readonly look: Look; readonly theme: ThemeColours } | undefined;

  constructor() {
    this.#gutter.setAttribute('aria-hidden', 'true');
    this.#gutter.append(this.#number, this.#time);
    this.root.append(this.#gutter, this.content);
  }

  /** True when something on the screen has changed. */
  paint(content: RowContent, look: Look, theme: ThemeColours): boolean {
    const before = this.#painted;
    if (before?.look === look && before.theme === theme && sameContent(before.content, content)) return false;
    this.#painted = { content, look, theme };
    this.#number.textContent = content.number === undefined ? '' : String(content.number);
    this.root.className = `row ${content.row.kind}`;
    this.content.replaceChildren();
    this.text = '';
    this.#time.textContent = '';
    this.#paintKind(content, look, theme);
    return true;
  }

  /** About how many character cells the line takes. */
  get columns(): number {
    let wide = 0;
    for (const character of this.text) wide += character === '\t' ? 7 : character > '\u10FF' ? 1 : 0;
    return this.text.length + wide;
  }

  get gutterWidth(): number {
    return this.#gutter.offsetWidth;
  }

  moveTo(y: number): void {
    if (y === this.#y) return;
    this.#y = y;
    this.root.style.transform = `translateY(${y}px)`;
  }

  linkAt(node: Node | null): Link | undefined {
    for (let at = node; at && at !== this.root; at = at.parentNode) {
      const link = this.#links.get(at);
      if (link) return link;
    }
    return undefined;
  }

  /** The links of the line, in order. */
  links(): Link[] {
    return [...this.content.querySelectorAll('.link')].flatMap((element) => this.#links.get(element) ?? []);
  }

  #paintKind(content: RowContent, look: Look, theme: ThemeColours): void {
    const { row } = content;
    switch (row.kind) {
      case 'line':
        this.#paintLine(row.batch, row.index, content.timeBefore, look, theme);
        return;
      case 'loading':
        this.content.append(part('span', 'skeleton'));
        return;
      case 'failed': {
        const retry = part('span', 'retry');
        retry.setAttribute('role', 'button');
        retry.textContent = look.t('Try again');
        this.content.append(look.t('Could not be read: {0}', row.error.message), ' ', retry);
        return;
      }
      case 'gap':
        this.#number.textContent = '';
        this.content.append(gapWords(row.gap, look));
        return;
    }
  }

  #paintLine(batch: LineBatch, index: number, timeBefore: number | undefined, look: Look, theme: ThemeColours): void {
    const view = viewLine(batch, index);
    this.text = view.text;
    this.#links = new WeakMap();
    this.#time.textContent = formatTime(batch.times[index] ?? Number.NaN, timeBefore, look.time);
    const level = levels[batch.levels[index] ?? 0] ?? 'none';
    const stream = streams[batch.streams[index] ?? 0] ?? 'stdout';
    this.root.classList.add(`level-${level}`, `stream-${stream}`);
    this.#paintHost(batch, index, look);
    for (const piece of view.pieces) this.content.append(this.#pieceNode(piece, look, theme));
    this.#paintChips(batch.flags[index] ?? 0, view.hiddenBytes, look);
  }

  #paintHost(batch: LineBatch, index: number, look: Look): void {
    if (!look.hosts) {
      this.#host.remove();
      return;
    }
    this.#host.textContent = batch.origins[batch.originOf[index] ?? 0]?.host ?? '';
    this.#gutter.append(this.#host);
  }

  #pieceNode(piece: Piece, look: Look, theme: ThemeColours): Node {
    const text = document.createTextNode(visible(piece.text));
    if (!piece.link && Object.keys(piece.style).length === 0) return text;
    const element = part('span', piece.link ? 'link' : '');
    paintStyle(element, piece.style, theme);
    element.append(text);
    if (piece.link) {
      this.#links.set(element, piece.link);
      element.title = linkTitle(piece.link, look.t);
    }
    return element;
  }

  #paintChips(flags: number, hiddenBytes: number, { t, language }: Look): void {
    if (hiddenBytes > 0)
      this.#chip(
        t('{0} more', formatBytes(hiddenBytes, language)),
        t('This line is too long to be shown whole. Copy it or export the log to see all of it.'),
      );
    if (flags & lineFlag.cut) this.#chip(t('cut'), t('The line was longer than its writer keeps; the rest is lost.'));
    if (flags & lineFlag.invalidUtf8) this.#chip('\uFFFD', t('Bytes that are not UTF-8 are shown as \uFFFD.'));
  }

  #chip(words: string, title: string): void {
    const chip = part('span', 'chip');
    chip.dataset['words'] = words;
    chip.title = title;
    chip.setAttribute('role', 'note');
    chip.setAttribute('aria-label', words);
    this.content.append(chip);
  }
}

function sameContent(a: RowContent, b: RowContent): boolean {
  if (a.number !== b.number || a.timeBefore !== b.timeBefore || a.row.kind !== b.row.kind) return false;
  if (a.row.kind === 'line' && b.row.kind === 'line') return a.row.batch === b.row.batch && a.row.index === b.row.index;
  if (a.row.kind === 'gap' && b.row.kind === 'gap') return a.row.gap === b.row.gap;
  if (a.row.kind === 'failed' && b.row.kind === 'failed') return a.row.error === b.row.error;
  return true;
}

function gapWords({ count, reason }: { count?: number; reason: string }, { t, language }: Look): string {
  if (count === undefined) return t('Lines are missing here: the server no longer has them');
  const shown = formatCount(count, language);
  if (reason === 'dropped') return countWords(t, count, '1 line was lost here', '{0} lines were lost here', shown);
  if (reason === 'expired') return countWords(t, count, '1 line has expired', '{0} lines have expired', shown);
  return countWords(t, count, '1 line trimmed by the server', '{0} lines trimmed by the server', shown);
}

function linkTitle(link: Link, t: Translate): string {
  if (link.kind === 'url') return t('Open {0}', link.url);
  const place = [link.path, link.line, link.column].filter((item) => item !== undefined).join(':');
  return t('Open {0}', place);
}

function part(tag: 'div' | 'span', className: string): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  return element;
}
