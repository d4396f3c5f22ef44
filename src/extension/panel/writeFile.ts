import { Uri, workspace } from 'vscode';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Streams text into a file, piece by piece as the disk takes it. The file appears when it is whole: what fails
 * or is cancelled before leaves nothing, and leaves what was there.
 */
export async function writeFile(target: Uri, texts: AsyncIterable<string>): Promise<void> {
  const local = target.scheme === 'file';
  const name = `.execlogs-${randomUUID()}.part`;
  const part = local ? join(Uri.joinPath(target, '..').fsPath, name) : join(tmpdir(), name);
  try {
    await pipeline(Readable.from(texts), createWriteStream(part, { flags: 'wx' }));
    if (local) await rename(part, target.fsPath);
    else await workspace.fs.copy(Uri.file(part), target, { overwrite: true });
  } finally {
    await rm(part, { force: true });
  }
}
