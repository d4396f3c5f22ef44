import { EventEmitter, window, workspace } from 'vscode';
import { Disposables, type Disposes } from '../base/disposables.ts';
import { LogError } from '../model/errors.ts';
import { defaultConnection, homeFolder } from '../sources/home.ts';
import { LazyConnection, type ConnectionLog, type ConnectionSpec } from './connection.ts';
import { localName, parseConnections } from './connectionSettings.ts';
import type { Words } from './words.ts';

const setting = 'executionLogs.connections';

/** The connections of the settings, with this machine's store before them. */
export class Connections implements Disposes {
  readonly #log: ConnectionLog;
  readonly #words: Words;
  readonly #changed = new EventEmitter<void>();
  readonly #disposables = new Disposables();
  #list: readonly LazyConnection[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(log: ConnectionLog, words: Words) {
    this.#log = log;
    this.#words = words;
    this.#disposables.add(this.#changed);
    this.#disposables.add(
      workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration(setting)) return;
        this.#read();
        this.#changed.fire();
      }),
    );
    this.#read();
  }

  list(): readonly LazyConnection[] {
    return this.#list;
  }

  get(name: string): LazyConnection {
    const found = this.#list.find((connection) => connection.name === name);
    if (found) return found;
    throw new LogError('notFound', this.#words.t('There is no connection “{0}”; it is not in the settings.', name));
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const connection of this.#list) connection.close();
  }

  /** Connections that stay as they were keep their object, and so whatever is open. */
  #read(): void {
    const { specs, problems } = parseConnections(workspace.getConfiguration().get<unknown>(setting));
    for (const problem of problems) this.#log.warn(`Setting ${setting}: ${problem}; it is left out.`);
    const before = this.#list;
    this.#list = [this.#local(), ...specs].map((spec) => {
      const known = before.find(({ name, url }) => name === spec.name && url === spec.url);
      return known ?? new LazyConnection(spec, this.#log, (words) => void window.showWarningMessage(words));
    });
    for (const connection of before) if (!this.#list.includes(connection)) connection.close();
  }

  #local(): ConnectionSpec {
    const url = defaultConnection(homeFolder(process.env, process.platform));
    return { name: localName, label: this.#words.t('This machine'), url };
  }
}
