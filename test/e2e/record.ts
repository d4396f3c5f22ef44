import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Editor } from '../harness/editor.ts';
import { projectFolder } from '../harness/projectFolder.ts';

/** Puts what the examples need into the folder that is open, so that their stack traces point into it. */
export async function bringExamples({ workspace }: Editor): Promise<void> {
  for (const folder of ['examples', 'src'])
    await cp(join(projectFolder, folder), join(workspace, folder), { recursive: true });
  await symlink(join(projectFolder, 'node_modules'), join(workspace, 'node_modules'));
}

/** Records in a process of its own, as a terminal would, into the store the editor shows. */
export function startRecording({ home, workspace }: Editor, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(projectFolder, 'dist/execlogs.mjs'), 'run', ...args], {
    cwd: workspace,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, EXECLOGS_HOME: home },
  });
}

/** Resolves with the exit code. */
export async function record(editor: Editor, ...args: string[]): Promise<number | null> {
  const [code] = (await once(startRecording(editor, ...args), 'exit')) as [number | null];
  return code;
}
