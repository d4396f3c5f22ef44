import { EventEmitter, window, workspace } from 'vscode';
import { homedir } from 'node:os';
import { Disposables, type Disposes } from '../base/disposables.ts';
import type { CredentialStore } from '../model/connect.ts';
import { LogError } from '../model/errors.ts';
import { defaultConnection, homeFolder } from '../sources/home.ts';
import type { FilePlaces } from './connect/placedUrl.ts';
import type { Reach } from './connect/reach.ts';
import type { ConnectionSecrets } from './connect/secrets.ts';
import { sameSpec, type ConnectionSpec } from './connect/spec.ts';
import { LazyConnection, type ConnectionLog } from './connection.ts';
import { localName, parseConnections, type SettingsLevel } from './connectionSettings.ts';
import type { Words } from './words.ts';

const section = 'executionLogs';
const setting = 'executionLogs.connections';
const stale = 'executionLogs.deploymentLog.staleAfterMinutes';

export interface ConnectionsParts {
  readonly log: ConnectionLog;
  readonly words: Words;
  readonly secrets: ConnectionSecrets;
}

/** The connections of the settings, with this machine's store before them. */
export class Connections implements Disposes {
  readonly secrets: ConnectionSecrets;
  readonly #parts: ConnectionsParts;
  readonly #changed = new EventEmitter<void>();
  readonly #connected = new EventEmitter<LazyConnection>();
  readonly #disposables = new Disposables();
  #list: readonly LazyConnection[] = [];

  /** Connections came or went. */
  readonly onDidChange = this.#changed.event;
  /** One was connected, anew, or disconnected: whatever is known of it is out of date. */
  readonly onDidConnect = this.#connected.event;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
    this.secrets = parts.secrets;
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#connected);
    this.#disposables.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(setting)) this.#reread();
        if (change.affectsConfiguration(stale)) this.#reopenDeployments();
      }),
    );
    this.#disposables.add(workspace.onDidGrantWorkspaceTrust(() => this.#reread()));
    this.#read();
  }

  list(): readonly LazyConnection[] {
    return this.#list;
  }

  get(name: string): LazyConnection {
    const found = this.#list.find((connection) => connection.name === name);
    if (found) return found;
    throw new LogError(
      'notFound',
      this.#parts.words.t('There is no connection “{0}”; it is not in the settings.', name),
    );
  }

  /** Lets a connection be asked, with whatever credentials are kept now. */
  connect(name: string): void {
    const connection = this.get(name);
    connection.connect();
    this.#connected.fire(connection);
  }

  disconnect(name: string): void {
    const connection = this.get(name);
    connection.disconnect();
    this.#connected.fire(connection);
  }

  /** What is needed to reach a system; for a connection that is not yet one, with its own credentials. */
  reachOf(spec: ConnectionSpec, credentials: CredentialStore = this.secrets.of(spec)): Reach {
    const { log, words } = this.#parts;
    return {
      credentials,
      proxies: editorProxies,
      places: filePlaces,
      notify: (said) => void window.showWarningMessage(said),
      trace: (said) => log.info(`${spec.name}: ${said}`),
      t: words.t,
    };
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const connection of this.#list) connection.close();
  }

  #reread(): void {
    this.#read();
    this.#changed.fire();
  }

  /** What counts as interrupted has changed. */
  #reopenDeployments(): void {
    for (const { name, spec } of this.#list) if (/^deployment-log:/i.test(spec.url)) this.connect(name);
  }

  /** Connections that stay as they were keep their object, and so whatever is open. */
  #read(): void {
    const { log } = this.#parts;
    const { specs, problems } = parseConnections(settingsLevels());
    for (const problem of problems) log.warn(`Setting ${setting}: ${problem}; it is left out.`);
    if (!workspace.isTrusted)
      log.info(`Setting ${setting}: this workspace is not trusted, so connections in its own settings are ignored.`);
    const before = this.#list;
    this.#list = [this.#own(), ...specs].map((spec) => {
      const known = before.find((connection) => sameSpec(connection.spec, spec));
      return known ?? new LazyConnection(spec, log, this.reachOf(spec));
    });
    for (const connection of before) if (!this.#list.includes(connection)) connection.close();
  }

  #own(): ConnectionSpec {
    const url = defaultConnection(homeFolder(process.env, process.platform));
    return { name: localName, label: this.#parts.words.t('This machine'), url, level: 'own' };
  }
}

/** In an untrusted workspace the editor itself keeps the workspace's values from us; see `restrictedConfigurations`. */
function settingsLevels(): readonly SettingsLevel[] {
  const found = workspace.getConfiguration(section).inspect<unknown>('connections');
  return [
    { level: 'user', value: found?.globalValue },
    { level: 'workspace', value: workspace.isTrusted ? found?.workspaceValue : undefined },
    { level: 'folder', value: workspace.isTrusted ? found?.workspaceFolderValue : undefined },
  ];
}

function editorProxies(): { proxy?: string; noProxy?: string } {
  const http = workspace.getConfiguration('http');
  const proxy = http.get<string>('proxySupport') === 'off' ? '' : http.get<string>('proxy');
  const noProxy = http.get<readonly string[]>('noProxy');
  return { ...(proxy && { proxy }), ...(noProxy && noProxy.length > 0 && { noProxy: noProxy.join(',') }) };
}

function filePlaces(): FilePlaces {
  const minutes = workspace.getConfiguration().get<unknown>(stale);
  return {
    home: homedir(),
    workspace: workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath,
    staleAfterMinutes: typeof minutes === 'number' && minutes >= 1 ? Math.round(minutes) : 35,
  };
}
