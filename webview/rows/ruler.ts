import { firstAtLeast } from '../find/lineList.ts';
import type { ScrollState } from './scrollbar.ts';

/** Numbers of lines to mark, ascending. Whoever changes them gives another object. */
export interface RulerMarks {
  readonly errors: ArrayLike<number>;
  readonly matches: ArrayLike<number>;
  readonly current: number | undefined;
}

/** The overview beside the log: where errors and matches are, whether loaded or not. */
export class OverviewRuler {
  readonly #canvas: HTMLCanvasElement;
  #drawn = '';
  #marks: RulerMarks | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  paint(state: ScrollState, height: number, marks: RulerMarks | undefined): void {
    const ratio = window.devicePixelRatio;
    const drawn = [state.first, state.end, height, ratio].join(' ');
    if (drawn === this.#drawn && marks === this.#marks) return;
    this.#drawn = drawn;
    this.#marks = marks;
    const { width } = this.#canvas.getBoundingClientRect();
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const pen = this.#canvas.getContext('2d');
    if (!pen || !marks) return;
    const style = getComputedStyle(this.#canvas);
    const draw = (lines: ArrayLike<number>, colour: string, from: number, to: number): void => {
      pen.fillStyle = style.getPropertyValue(colour).trim() || '#888';
      for (const y of markedPixels(lines, state, this.#canvas.height))
        pen.fillRect(from * this.#canvas.width, y, (to - from) * this.#canvas.width, Math.max(2, 2 * ratio));
    };
    draw(marks.errors, '--ruler-error', 2 / 3, 1);
    draw(marks.matches, '--ruler-match', 1 / 3, 2 / 3);
    if (marks.current !== undefined) draw([marks.current], '--ruler-current', 0, 1);
  }

  /** The theme has changed. */
  forget(): void {
    this.#drawn = '';
  }
}

/** The pixels that have a mark, found from the pixels' side: a million marks cost no more than a few. The line 1 is row 0. */
function* markedPixels(lines: ArrayLike<number>, { first, end }: ScrollState, height: number): Generator<number> {
  const linesPerPixel = (end - first) / height;
  const top = first + 1;
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? end;
    const pixel = Math.min(height - 2, Math.floor((line - top) / Math.max(linesPerPixel, 1e-9)));
    yield pixel;
    index = firstAtLeast(lines, top + (pixel + 1) * linesPerPixel, index + 1);
  }
}
