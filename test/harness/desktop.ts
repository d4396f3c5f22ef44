import { runTests } from '@vscode/test-electron';
import { join } from 'node:path';
import { scratchFolder } from '../../scripts/scratchFolder.ts';
import type { TestEnd, TestRun } from './editor.ts';
import { projectFolder } from './projectFolder.ts';

/** As `runTests`, in the desktop editor, which is downloaded once; its output goes to this process's. */
export async function runTestsOnDesktop({ testsPath, env }: TestRun): Promise<TestEnd> {
  await using folder = await scratchFolder('desktop');
  const code = await runTests({
    extensionDevelopmentPath: projectFolder,
    extensionTestsPath: testsPath,
    extensionTestsEnv: { EXECLOGS_HOME: join(folder.path, 'home'), ...env },
    launchArgs: ['--disable-extensions', '--user-data-dir', join(folder.path, 'user')],
  });
  return { code, output: '' };
}
