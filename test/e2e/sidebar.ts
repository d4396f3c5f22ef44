import type { Locator } from 'playwright-core';
import type { Editor } from '../harness/editor.ts';
import { eventually } from '../harness/eventually.ts';

/** Opens the view as a user does, by its icon. */
export async function openView({ page }: Editor): Promise<void> {
  const icon = page.locator('.activitybar .action-label[aria-label*="Execution Logs"]').first();
  await icon.waitFor();
  if ((await icon.locator('..').getAttribute('aria-selected')) !== 'true') await icon.click();
  await page.locator('.pane-body .tree-explorer-viewlet-tree-view').first().waitFor();
}

/** Drags its edge so far that what is said of each node is whole. */
export async function widenSidebar({ page }: Editor, by = 90): Promise<void> {
  const box = await page.locator('.part.sidebar').boundingBox();
  if (!box) throw new Error('there is no sidebar');
  const [x, y] = [box.x + box.width, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 4 });
  await page.mouse.up();
}

/** The first node of the tree that is called so, or whose name matches. */
export function node({ page }: Editor, name: string | RegExp): Locator {
  const hasText = typeof name === 'string' ? new RegExp(`^${escape(name)}$`) : name;
  return page
    .locator('.pane-body .monaco-list-row')
    .filter({ has: page.locator('.label-name', { hasText }) })
    .first();
}

/** Opens the log of a host, or of a step that has none, as a user does: a click on what is just being drawn anew is repeated. */
export async function openLog(editor: Editor, name: string): Promise<void> {
  const open = async (): Promise<void> => {
    await node(editor, name).click();
    await editor.page.locator('.tab.active', { hasText: name }).waitFor({ timeout: 4_000 });
  };
  await eventually(open, { timeout: 40_000 });
}

export async function expand(editor: Editor, name: string | RegExp, wanted = true): Promise<void> {
  const row = node(editor, name);
  await row.waitFor({ timeout: 10_000 });
  if ((await row.getAttribute('aria-expanded')) === String(wanted)) return;
  await row.locator('.monaco-tl-twistie').click();
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
