import { commands, Uri, ViewColumn, window, type WebviewPanel } from 'vscode';
import { Disposables, type Disposes } from '../../base/disposables.ts';
import type { LogAddress, Reveal } from '../../bridge/logHost.ts';
import { LogPanel, sameAddress, type OpenedAt, type PanelColumn, type PanelParts } from './logPanel.ts';
import { savedState } from './requests.ts';
import type { Names } from './titles.ts';
import { onViewSettings } from './viewSettings.ts';

const panelType = 'executionLogs.log';

export interface Showing {
  readonly reveal?: Reveal;
  readonly names?: Names;
  /** In the tab last used for this, if it is still there, instead of a new one. */
  readonly reuse?: boolean;
  readonly preserveFocus?: boolean;
  /** In the column beside the one that is looked at. */
  readonly beside?: boolean;
}

/** The open log tabs: one per log. */
export class LogPanels implements Disposes {
  readonly #parts: PanelParts;
  readonly #panels = new Set<LogPanel>();
  readonly #disposables = new Disposables();
  readonly #offered = new Set<string>();
  #reusable: LogPanel | undefined;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    this.#disposables.add(
      window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: async (panel: WebviewPanel, state: unknown) => this.#restore(panel, state),
      }),
    );
    this.#disposables.add(
      parts.connections.onDidConnect(({ name }) => {
        for (const panel of this.#panels) if (panel.address.connection === name) panel.restart();
      }),
    );
    this.#disposables.add(
      onViewSettings((settings) => {
        for (const panel of this.#panels) panel.send({ command: 'settings', settings });
      }),
    );
  }

  get active(): LogPanel | undefined {
    return [...this.#panels].find((panel) => panel.active);
  }

  get open(): readonly LogPanel[] {
    return [...this.#panels];
  }

  show(
    address: LogAddress,
    { reveal = { at: 'auto' }, names = {}, reuse = false, preserveFocus = false, beside = false }: Showing = {},
  ): void {
    const known = [...this.#panels].find((panel) => sameAddress(panel.address, address));
    const panel = known ?? (reuse ? this.#reusable : undefined);
    const opened = { address, reveal, names };
    const column = { preserveFocus, ...(beside && { viewColumn: ViewColumn.Beside }) };
    if (panel) panel.show(opened, column);
    else if (reuse) this.#reusable = this.#create(opened, column);
    else this.#create(opened, column);
  }

  /** Closes the tabs of an execution that is gone. */
  closeExecution(connection: string, execution: string): void {
    for (const panel of this.#panels) {
      const { address } = panel;
      if (address.connection === connection && address.scope.execution === execution) panel.close();
    }
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const panel of this.#panels) panel.dispose();
  }

  #create(opened: OpenedAt, { viewColumn = ViewColumn.Active, preserveFocus }: PanelColumn): LogPanel {
    const column = { viewColumn, preserveFocus };
    return this.#adopt(window.createWebviewPanel(panelType, '', column, this.#options()), opened);
  }

  #restore(panel: WebviewPanel, state: unknown): void {
    try {
      const { address } = savedState(state, 'state');
      panel.webview.options = this.#options();
      this.#adopt(panel, { address, reveal: { at: 'auto' }, names: {} });
      void this.#offerToConnect(address.connection);
    } catch {
      // Left by another version, or by nobody: there is nothing to show.
      this.#parts.log.warn('A log tab of the last session could not be restored.');
      panel.dispose();
    }
  }

  /** A tab of the last session asks nobody by itself. Said once per connection. */
  async #offerToConnect(name: string): Promise<void> {
    const { connections, words } = this.#parts;
    const connection = connections.list().find((one) => one.name === name);
    if (!connection || connection.connected || this.#offered.has(name)) return;
    this.#offered.add(name);
    const action = words.t('Connect');
    const chosen = await window.showInformationMessage(words.t('“{0}” is not connected.', connection.label), action);
    if (chosen === action) await commands.executeCommand('executionLogs.connect', name);
  }

  #adopt(webviewPanel: WebviewPanel, opened: OpenedAt): LogPanel {
    const panel = new LogPanel(webviewPanel, opened, this.#parts);
    this.#panels.add(panel);
    panel.onDidDispose(() => {
      this.#panels.delete(panel);
      if (this.#reusable === panel) this.#reusable = undefined;
    });
    return panel;
  }

  #options() {
    const root = this.#parts.extensionUri;
    return {
      enableScripts: true,
      retainContextWhenHidden: false,
      localResourceRoots: [Uri.joinPath(root, 'dist', 'webview'), Uri.joinPath(root, 'media')],
    };
  }
}
