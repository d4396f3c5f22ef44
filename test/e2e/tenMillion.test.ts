import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEditor, type Editor } from '../harness/editor.ts';
import { LogView } from './logView.ts';
import { record } from './record.ts';
import { expand, node, openView } from './sidebar.ts';

const last = 10_000_000;
let editor: Editor;
let log: LogView;

/** Every row in view reads its own number. */
async function expectRowsToReadTheirNumbers(): Promise<void> {
  const rows = await log.rows();
  expect(rows.length).toBeGreaterThan(10);
  for (const { number, text } of rows) expect(text).toBe(String(number));
}

describe('a log of ten million lines', () => {
  beforeAll(async () => {
    editor = await openEditor();
    expect(await record(editor, '--', 'seq', String(last))).toBe(0);
    await openView(editor);
    await expand(editor, `seq ${String(last)}`);
    await expand(editor, 'seq');
    await node(editor, hostname()).click();
    log = new LogView(editor);
  });

  afterAll(async () => {
    await editor[Symbol.asyncDispose]();
  });

  it('opens at its start', async () => {
    await log.seeLine(/^1$/);
    await expectRowsToReadTheirNumbers();
  });

  it('goes to its end with one key', async () => {
    await log.focus();
    await log.press('Control+End');
    await log.seeLine(new RegExp(`^${String(last)}$`));
    await expectRowsToReadTheirNumbers();
  });

  it('goes to its middle by the scrollbar', async () => {
    await log.dragTo(0.5);
    const { number } = await log.seeLine(/^(49|50)\d{5}$/);
    expect(Math.abs(number - last / 2)).toBeLessThan(last / 100);
    await expectRowsToReadTheirNumbers();
  });

  it('goes back to its start with one key', async () => {
    await log.press('Control+Home');
    await log.seeLine(/^1$/);
    await expectRowsToReadTheirNumbers();
  });
});
