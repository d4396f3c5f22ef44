import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Editor } from '../harness/editor.ts';
import { takePicture } from './picture.ts';

const themes = {
  light: { name: 'Default Light Modern', mark: '.monaco-workbench.vs' },
  dark: { name: 'Default Dark Modern', mark: '.monaco-workbench.vs-dark' },
} as const;

/** Takes the same picture in both themes; the window is dark before and after. */
export async function takePictures(editor: Editor, name: string): Promise<void> {
  // Nothing is pointed at.
  await editor.page.mouse.move(640, 1);
  for (const theme of ['light', 'dark'] as const) {
    await useTheme(editor, theme);
    await takePicture(editor, `${name}-${theme}`);
  }
}

/** Changes the colours of the window and of the logs that are open in it. */
async function useTheme(editor: Editor, theme: keyof typeof themes): Promise<void> {
  const file = join(editor.workspace, '.vscode/settings.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...settings, 'workbench.colorTheme': themes[theme].name }));
  await editor.page.locator(themes[theme].mark).waitFor();
  await editor.webview(`body.vscode-${theme} log-app`);
}
