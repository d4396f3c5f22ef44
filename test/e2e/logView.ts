import type { Frame } from 'playwright-core';
import type { Editor } from '../harness/editor.ts';

export interface SeenRow {
  readonly number: number;
  readonly text: string;
}

/** The log panel that is open, as a user sees it; of several, the one that shows the execution of this name. */
export class LogView {
  readonly #editor: Editor;
  readonly #selector: string;

  constructor(editor: Editor, execution?: string) {
    this.#editor = editor;
    this.#selector = execution === undefined ? 'log-app log-rows' : `log-header .execution:text-is("${execution}")`;
  }

  /** The editor makes the frame anew when the tab was hidden, or the window reloaded. */
  #frame(): Promise<Frame> {
    return this.#editor.webview(this.#selector);
  }

  /** The lines within the window, from top to bottom. */
  async rows(): Promise<SeenRow[]> {
    const frame = await this.#frame();
    return frame.evaluate(() => {
      const rows = document.querySelector('log-app')?.shadowRoot?.querySelector('log-rows');
      const box = rows?.getBoundingClientRect();
      if (!rows || !box) return [];
      return [...(rows.shadowRoot?.querySelectorAll('.row.line') ?? [])]
        .map((row) => ({ row, top: row.getBoundingClientRect().top }))
        .filter(({ top }) => top >= box.top - 1 && top < box.bottom)
        .sort((a, b) => a.top - b.top)
        .map(({ row }) => ({
          number: Number(row.querySelector('.number')?.textContent),
          text: row.querySelector('.text')?.textContent ?? '',
        }));
    });
  }

  /** Waits until a line with this text is in view. */
  async seeLine(text: string | RegExp): Promise<SeenRow> {
    const isIt = (row: SeenRow) => (typeof text === 'string' ? row.text.includes(text) : text.test(row.text));
    return this.#seen(`line ${String(text)}`, async () => (await this.rows()).find(isIt));
  }

  async seeState(words: RegExp): Promise<void> {
    await this.#seeText('log-status .words', words);
  }

  /** Clicks the button of the status that tries again at once. */
  async retry(): Promise<void> {
    await (await this.#frame()).locator('log-status button.retry').click();
  }

  /** Waits until the log has given way to its summary, and gives what that says. */
  async seeSummary(): Promise<string> {
    return this.#seen('a summary', async () => {
      const frame = await this.#frame();
      const parts = await frame.locator('log-summary :is(.outcome, .name, .facts, .error)').allInnerTexts();
      const words = parts.join(' ').replaceAll(/\s+/g, ' ');
      return words === '' || words.includes('counting') ? undefined : words;
    });
  }

  async isCollapsed(): Promise<boolean> {
    return (await (await this.#frame()).locator('log-summary').count()) > 0;
  }

  /** Clicks the button of the summary that brings the log back. */
  async showLog(): Promise<void> {
    await (await this.#frame()).locator('log-summary button.primary').click();
  }

  async seeFound(words: RegExp): Promise<void> {
    await this.#seeText('log-find .count', words);
  }

  async #seeText(selector: string, words: RegExp): Promise<void> {
    await this.#seen(`${String(words)} in ${selector}`, async () => {
      const text = (await (await this.#frame()).locator(selector).textContent()) ?? '';
      return words.test(text) ? text : undefined;
    });
  }

  /** Looks once a frame; what goes away while it is looked at is looked for again. */
  async #seen<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      const found = await look().catch(() => undefined);
      if (found !== undefined) return found;
      await this.#editor.page.evaluate('new Promise(requestAnimationFrame)');
    }
    const rows = await this.rows().catch(() => []);
    throw new Error(`${what} is not to be seen; in view: ${JSON.stringify(rows.slice(0, 5))}`);
  }

  async press(key: string): Promise<void> {
    await this.#editor.page.keyboard.press(key);
  }

  /** Clicks into the rows, so that keys go there. */
  async focus(): Promise<void> {
    await (await this.#frame()).locator('log-rows').click({ position: { x: 300, y: 40 } });
  }

  /** Types into the find box, which searches while one types. */
  async find(pattern: string): Promise<void> {
    await this.press('Control+f');
    await (await this.#frame()).locator('log-find input').fill(pattern);
  }

  async showOnlyMatching(): Promise<void> {
    await (await this.#frame()).locator('log-find [title*="atching"]').first().click();
  }

  async openLink(text: string): Promise<void> {
    await (await this.#frame()).locator('log-rows .link', { hasText: text }).first().click();
  }

  /** Drags the scrollbar's slider to a share of its way. */
  async dragTo(share: number): Promise<void> {
    const { page } = this.#editor;
    const frame = await this.#frame();
    const track = await frame.locator('log-rows .scrollbar').boundingBox();
    const slider = await frame.locator('log-rows .slider').boundingBox();
    if (!track || !slider) throw new Error('there is no scrollbar');
    const x = slider.x + slider.width / 2;
    const from = slider.y + slider.height / 2;
    const to = track.y + slider.height / 2 + share * (track.height - slider.height);
    await page.mouse.move(x, from);
    await page.mouse.down();
    await page.mouse.move(x, (from + to) / 2, { steps: 4 });
    await page.mouse.move(x, to, { steps: 4 });
    await page.mouse.up();
  }
}
