import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Editor } from '../harness/editor.ts';
import { projectFolder } from '../harness/projectFolder.ts';

/** Records in a process of its own, as a terminal would, into the store the editor shows. */
export function startRecording({ home }: Pick<Editor, 'home'>, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(projectFolder, 'dist/execlogs.mjs'), 'run', ...args], {
    cwd: projectFolder,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, EXECLOGS_HOME: home },
  });
}

/** Resolves with the exit code. */
export async function record(editor: Pick<Editor, 'home'>, ...args: string[]): Promise<number | null> {
  const [code] = (await once(startRecording(editor, ...args), 'exit')) as [number | null];
  return code;
}
