import type { Disposes } from '../../src/base/disposables.ts';

export interface ScrollState {
  readonly first: number;
  readonly end: number;
  /** Row at the top edge, with the part of it that is out of view. */
  readonly top: number;
  /** Rows that fit into the view. */
  readonly visible: number;
}

interface ScrollbarOwner {
  /** The slider was moved: `share` from 0 (start) to 1 (end). */
  scrollToShare(share: number): void;
  /** Words for the bubble beside the slider. */
  place(): string;
}

const leastSlider = 20;

/** A scrollbar in rows, not in pixels: its slider means a share of the log. */
export class Scrollbar implements Disposes {
  readonly root = document.createElement('div');
  readonly ruler = document.createElement('canvas');
  readonly #slider = document.createElement('div');
  readonly #bubble = document.createElement('div');
  readonly #owner: ScrollbarOwner;
  readonly #ended = new AbortController();
  #track = 0;
  #size = 0;
  #grab: number | undefined;

  constructor(owner: ScrollbarOwner) {
    this.#owner = owner;
    this.root.className = 'scrollbar';
    this.root.setAttribute('aria-hidden', 'true');
    this.ruler.className = 'ruler';
    this.#slider.className = 'slider';
    this.#bubble.className = 'bubble';
    this.#bubble.hidden = true;
    this.root.append(this.ruler, this.#slider, this.#bubble);
    const { signal } = this.#ended;
    this.root.addEventListener(
      'pointerdown',
      (event) => {
        this.#begin(event);
      },
      { signal },
    );
    this.root.addEventListener(
      'pointermove',
      (event) => {
        this.#drag(event);
      },
      { signal },
    );
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      this.root.addEventListener(
        end,
        () => {
          this.#release();
        },
        { signal },
      );
  }

  get isDragged(): boolean {
    return this.#grab !== undefined;
  }

  paint(state: ScrollState, trackHeight: number): void {
    this.#track = trackHeight;
    const rows = state.end - state.first;
    const hidden = rows <= state.visible;
    this.#slider.hidden = hidden;
    if (hidden) return;
    this.#size = Math.max(leastSlider, Math.round((state.visible / rows) * trackHeight));
    const share = Math.min(1, Math.max(0, (state.top - state.first) / (rows - state.visible)));
    const top = share * (trackHeight - this.#size);
    this.#slider.style.height = `${this.#size}px`;
    this.#slider.style.transform = `translateY(${top}px)`;
    if (this.isDragged) {
      this.#bubble.textContent = this.#owner.place();
      this.#bubble.style.transform = `translateY(${Math.max(0, Math.min(trackHeight - 24, top + this.#size / 2 - 12))}px)`;
    }
  }

  dispose(): void {
    this.#ended.abort();
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0 || this.#slider.hidden) return;
    event.preventDefault();
    const slider = this.#slider.getBoundingClientRect();
    const onSlider = event.clientY >= slider.top && event.clientY <= slider.bottom;
    this.#grab = onSlider ? event.clientY - slider.top : this.#size / 2;
    this.root.setPointerCapture(event.pointerId);
    this.root.classList.add('dragged');
    this.#bubble.hidden = false;
    this.#drag(event);
  }

  #drag(event: PointerEvent): void {
    if (this.#grab === undefined) return;
    const top = event.clientY - this.root.getBoundingClientRect().top - this.#grab;
    const room = this.#track - this.#size;
    this.#owner.scrollToShare(room <= 0 ? 0 : Math.min(1, Math.max(0, top / room)));
  }

  #release(): void {
    this.#grab = undefined;
    this.root.classList.remove('dragged');
    this.#bubble.hidden = true;
  }
}
