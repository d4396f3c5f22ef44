import type { Disposes } from '../src/base/disposables.ts';

/** Says things to a screen reader, the last of what came within a while, never faster than it can be heard. */
export class Announcer implements Disposes {
  readonly #region: () => HTMLElement | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #words: string | undefined;

  constructor(region: () => HTMLElement | null) {
    this.#region = region;
  }

  say(words: string): void {
    this.#words = words;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const region = this.#region();
      if (region && this.#words !== undefined) region.textContent = this.#words;
      this.#words = undefined;
    }, 500);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
