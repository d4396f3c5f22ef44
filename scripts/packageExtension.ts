import { createVSIX } from '@vscode/vsce';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Makes a VSIX of the extension and the `execlogs` program, built by `vscode:prepublish`; gives its path. */
export async function packageExtension(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const vsix = join(folder, `execution-logs-${version}.vsix`);
  await createVSIX({
    cwd: root,
    packagePath: vsix,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return vsix;
}
