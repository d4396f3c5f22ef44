import type { Editor } from '../harness/editor.ts';

/** Waits for the box that asks these words. */
export async function seeQuestion({ page }: Editor, asked: string | RegExp): Promise<void> {
  const question = typeof asked === 'string' ? new RegExp(asked) : asked;
  await page.waitForFunction(
    ([pattern = '', flags = '']) => {
      const widget = document.querySelector<HTMLElement>('.quick-input-widget');
      const placeholder = widget?.querySelector<HTMLInputElement>('.quick-input-box input')?.placeholder ?? '';
      const words = `${placeholder} ${widget?.innerText ?? ''}`;
      return widget !== null && widget.style.display !== 'none' && new RegExp(pattern, flags).test(words);
    },
    [question.source, question.flags],
  );
}

/** Answers the box that asks these words: by keyboard, with what stands first when nothing is typed. */
export async function answer(editor: Editor, asked: string | RegExp, typed?: string): Promise<void> {
  await seeQuestion(editor, asked);
  const input = editor.page.locator('.quick-input-widget .quick-input-box input');
  if (typed !== undefined) await input.fill(typed);
  await input.press('Enter');
}
