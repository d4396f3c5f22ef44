import { ConfigurationTarget, workspace } from 'vscode';
import { changedEntries, entryOf } from '../connectionSettings.ts';
import type { ConnectionSpec, Level } from './spec.ts';

/** Writes a connection where it belongs, in place of the one that is called `name` there. */
export async function writeConnection(spec: ConnectionSpec, name?: string): Promise<void> {
  await change(spec.level, name, entryOf(spec));
}

export async function eraseConnection({ level, name }: ConnectionSpec): Promise<void> {
  await change(level, name, undefined);
}

async function change(level: Level, name: string | undefined, entry?: ReturnType<typeof entryOf>): Promise<void> {
  const configuration = workspace.getConfiguration('executionLogs');
  const found = configuration.inspect<unknown>('connections');
  const [value, target] = {
    own: [undefined, ConfigurationTarget.Global] as const,
    user: [found?.globalValue, ConfigurationTarget.Global] as const,
    workspace: [found?.workspaceValue, ConfigurationTarget.Workspace] as const,
    folder: [found?.workspaceFolderValue, ConfigurationTarget.WorkspaceFolder] as const,
  }[level];
  const entries = changedEntries(value, name, entry);
  await configuration.update('connections', entries.length === 0 ? undefined : entries, target);
}
