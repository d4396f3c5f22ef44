import { window, workspace, type QuickPickItem } from 'vscode';
import { runInTerminal, shellLine } from '../terminals.ts';
import type { Command, Parts } from './command.ts';

/** Asks what to run, and records it: a command line, or a pipeline of the workspace. */
export const runAndRecord: Command = {
  name: 'runAndRecord',
  async run(parts, given) {
    const line = typeof given === 'string' ? `execlogs run -- ${given}` : await ask(parts);
    if (line === undefined) return;
    runInTerminal(line, workspace.workspaceFolders?.[0]?.uri.fsPath);
    await parts.view.show();
  },
};

interface Choice extends QuickPickItem {
  readonly pipeline?: string;
}

async function ask({ words: { t } }: Parts): Promise<string | undefined> {
  const command: Choice = { label: t('$(terminal) A command…'), alwaysShow: true };
  const files = await workspace.findFiles('**/*.{yaml,yml}', '**/{node_modules,.git,.github,dist}/**', 50);
  const pipelines = files.map((uri): Choice => ({
    label: `$(list-tree) ${workspace.asRelativePath(uri)}`,
    pipeline: uri.fsPath,
  }));
  const title = t('Run and Record');
  const placeHolder = t('A command, or a pipeline file');
  const chosen =
    pipelines.length === 0 ? command : await window.showQuickPick([command, ...pipelines], { title, placeHolder });
  if (!chosen) return undefined;
  if (chosen.pipeline !== undefined) return shellLine(['execlogs', 'run', chosen.pipeline]);
  const typed = await window.showInputBox({ title, prompt: t('The command to run'), placeHolder: 'npm test' });
  return typed === undefined || typed.trim() === '' ? undefined : `execlogs run -- ${typed.trim()}`;
}
