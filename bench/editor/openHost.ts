import type { Editor } from '../../test/harness/editor.ts';
import { expand, node } from '../../test/e2e/sidebar.ts';
import type { RunningLog } from './runningLog.ts';

/** Expands the tree to the log's host, which is visible then. */
export async function showHost(editor: Editor, { name, host }: RunningLog): Promise<void> {
  await expand(editor, name);
  await expand(editor, `step of ${name}`);
  await node(editor, host).waitFor();
}

export async function openHost(editor: Editor, log: RunningLog): Promise<void> {
  await showHost(editor, log);
  await node(editor, log.host).click();
}
