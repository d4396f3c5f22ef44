import { ConfigurationTarget, workspace } from 'vscode';
import type { ViewSettings } from '../../bridge/logHost.ts';
import { configuredView } from './requests.ts';

const section = 'executionLogs.log';
const collapse = 'executionLogs.collapseWhenFinished';
/** Those that can be chosen in the view. */
const names = ['timestamps', 'timeZone', 'wrap'] as const;

export function readViewSettings(): ViewSettings {
  const configuration = workspace.getConfiguration(section);
  const configured = Object.fromEntries(names.map((name) => [name, configuration.get<unknown>(name)]));
  const collapseWhenFinished = workspace.getConfiguration().get<unknown>(collapse);
  return configuredView({ ...configured, collapseWhenFinished }, section);
}

/** Keeps what the user chose in the view, in the user's settings, or in the workspace's where it is set there. */
export async function writeViewSettings(settings: ViewSettings): Promise<void> {
  const configuration = workspace.getConfiguration(section);
  for (const name of names) {
    if (configuration.get(name) === settings[name]) continue;
    const inWorkspace = configuration.inspect(name)?.workspaceValue !== undefined;
    await configuration.update(
      name,
      settings[name],
      inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global,
    );
  }
}

export function onViewSettings(listener: (settings: ViewSettings) => void): { dispose(): void } {
  return workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(section) || change.affectsConfiguration(collapse)) listener(readViewSettings());
  });
}
