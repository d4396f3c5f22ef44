import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Editor } from '../harness/editor.ts';
import { projectFolder } from '../harness/projectFolder.ts';

/** Pictures of the README are renewed with `PICTURES=docs/pictures npm run test:e2e`. */
const folder = join(projectFolder, process.env['PICTURES'] ?? 'test-results/pictures');

/** The editor shows for moments that something is fetched. */
const style = '.monaco-progress-container { visibility: hidden !important; }';

export async function takePicture({ page }: Editor, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ animations: 'disabled', style, path: join(folder, `${name}.png`) });
}
