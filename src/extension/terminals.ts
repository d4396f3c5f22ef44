import { env, window, type ExtensionContext } from 'vscode';
import { join } from 'node:path';
import { quoteFor, shellKind } from './shellQuoting.ts';
import type { Words } from './words.ts';

const terminalName = 'execlogs';

/** Puts `execlogs` on the PATH of the editor's terminals; it runs on the editor's own Node. */
export function offerInTerminals(
  { environmentVariableCollection: variables, extensionPath }: ExtensionContext,
  { t }: Words,
): void {
  variables.description = t('Adds the execlogs command, which records what it runs.');
  variables.prepend('PATH', `${join(extensionPath, 'bin')}${process.platform === 'win32' ? ';' : ':'}`, {
    applyAtProcessCreation: true,
    // A login shell may set PATH anew.
    applyAtShellIntegration: true,
  });
  variables.replace('EXECLOGS_NODE', process.execPath);
  const home = process.env['EXECLOGS_HOME'];
  if (home === undefined || home === '') variables.delete('EXECLOGS_HOME');
  else variables.replace('EXECLOGS_HOME', home);
}

/** A command line for the user's shell. */
export function shellLine(words: readonly string[]): string {
  const quote = quoteFor(shellKind(env.shell));
  return words.map(quote).join(' ');
}

/** Runs a line where the user sees it, in a terminal of its own: one that is there may be busy, or elsewhere. */
export function runInTerminal(line: string, directory: string | undefined): void {
  const terminal = window.createTerminal({ name: terminalName, ...(directory !== undefined && { cwd: directory }) });
  terminal.show(true);
  terminal.sendText(line);
}
