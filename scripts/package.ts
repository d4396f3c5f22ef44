/** `npm run package`: a VSIX with the extension and the `execlogs` program, built by `vscode:prepublish`. */
import { createVSIX } from '@vscode/vsce';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const vsix = join(root, `execution-logs-${version}.vsix`);
await createVSIX({
  cwd: root,
  packagePath: vsix,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
console.log(vsix);
