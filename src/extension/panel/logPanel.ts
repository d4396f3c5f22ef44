import { Uri, ViewColumn, type WebviewPanel } from 'vscode';
import { randomBytes } from 'node:crypto';
import { Disposables, type Disposes } from '../../base/disposables.ts';
import type { LogAddress, Reveal, ViewCommand } from '../../bridge/logHost.ts';
import { serve } from '../../bridge/serve.ts';
import type { Execution } from '../../model/execution.ts';
import { isJobKind } from '../../model/kind.ts';
import type { StepResult } from '../../model/page.ts';
import type { LogSource } from '../../model/source.ts';
import type { Status } from '../../model/status.ts';
import type { Connections } from '../connections.ts';
import type { ConnectionLog } from '../connection.ts';
import type { Words } from '../words.ts';
import { CommandQueue } from './commandQueue.ts';
import { logViewHtml } from './html.ts';
import { logHost, type ShownLog } from './logHost.ts';
import { iconFile, panelTitle, type Names } from './titles.ts';

export interface PanelParts {
  readonly extensionUri: Uri;
  readonly connections: Connections;
  readonly words: Words;
  readonly log: ConnectionLog;
}

/** A log, where its view opens, and the names that are known of it. */
export interface OpenedAt {
  readonly address: LogAddress;
  readonly reveal: Reveal;
  readonly names: Names;
}

/** Where a tab stands; where it is, or in the active column, when no column is named. */
export interface PanelColumn {
  readonly viewColumn?: ViewColumn;
  readonly preserveFocus: boolean;
}

/** One tab with a log. */
export class LogPanel implements ShownLog, Disposes {
  readonly #panel: WebviewPanel;
  readonly #parts: PanelParts;
  readonly #queue = new CommandQueue();
  readonly #disposables = new Disposables();
  #address: LogAddress;
  #names: Names;
  /** Where the view opens when it next loads. */
  #reveal: Reveal;
  /** The view has loaded and asked where to begin. */
  #started = false;
  #served: Disposes | undefined;

  constructor(panel: WebviewPanel, opened: OpenedAt, parts: PanelParts) {
    this.#panel = panel;
    this.#parts = parts;
    this.#address = opened.address;
    this.#reveal = opened.reveal;
    this.#names = opened.names;
    this.#disposables.add(panel.onDidChangeViewState(() => this.#followVisibility()));
    this.#describe(undefined);
    this.#serve();
    panel.webview.html = this.#html();
  }

  get address(): LogAddress {
    return this.#address;
  }

  get active(): boolean {
    return this.#panel.active;
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(() => {
      this.dispose();
      listener();
    });
  }

  /** Brings the tab to the front, showing `address` there. */
  show({ address, reveal, names }: OpenedAt, { viewColumn, preserveFocus }: PanelColumn): void {
    const stays = sameAddress(address, this.#address) && reveal.at === 'auto';
    if (!sameAddress(address, this.#address)) {
      this.#address = address;
      this.#names = names;
      this.#describe(undefined);
    }
    if (!stays && this.#started) this.send({ command: 'show', address, reveal });
    else if (!stays) this.#reveal = reveal;
    this.#panel.reveal(viewColumn ?? this.#panel.viewColumn ?? ViewColumn.Active, preserveFocus);
  }

  /** Loads the view anew: what it was told before no longer holds. */
  restart(): void {
    this.#serve();
    this.#panel.webview.html = this.#html();
  }

  send(command: ViewCommand): void {
    this.#queue.push(command);
  }

  async source(): Promise<LogSource> {
    return (await this.#parts.connections.get(this.#address.connection).open()).source;
  }

  takeReveal(): Reveal {
    const reveal = this.#reveal;
    this.#reveal = { at: 'auto' };
    this.#queue.clear();
    this.#started = true;
    return reveal;
  }

  commands(signal: AbortSignal | undefined): AsyncIterable<ViewCommand> {
    return this.#queue.read(signal);
  }

  showing(address: LogAddress): void {
    if (sameAddress(address, this.#address)) return;
    this.#address = address;
    this.#names = { ...(this.#names.execution !== undefined && { execution: this.#names.execution }) };
    this.#describe(undefined);
  }

  noticed({ execution, result }: { readonly execution?: Execution; readonly result?: StepResult }): void {
    const { scope } = this.#address;
    if (execution) {
      const step = execution.steps.find(({ id }) => id === scope.step);
      const isJob = isJobKind(execution.kind) && execution.steps.length <= 1;
      this.#names = { ...this.#names, execution: execution.name, isJob, ...(step && { step: step.name }) };
      this.#describe(scope.host === undefined ? (step ?? execution).status : undefined);
    }
    if (!result || result.step.id !== scope.step) return;
    const host = result.hosts.find(({ id }) => id === scope.host);
    if (!host) return;
    this.#names = { ...this.#names, step: result.step.name, host: host.name };
    this.#describe(host.status);
  }

  dispose(): void {
    this.#served?.dispose();
    this.#disposables.dispose();
  }

  close(): void {
    this.#panel.dispose();
  }

  /** A hidden view has no page: whatever it was reading ends. */
  #followVisibility(): void {
    if (this.#panel.visible) return;
    this.#serve();
  }

  #serve(): void {
    this.#served?.dispose();
    this.#started = false;
    const { webview } = this.#panel;
    const port = {
      post: (message: unknown): void => void webview.postMessage(message),
      onMessage: (listener: (message: unknown) => void) => webview.onDidReceiveMessage(listener),
    };
    const report = (error: unknown): void => this.#parts.log.error(`Log view: ${String(error)}`);
    this.#served = serve(port, logHost(this, this.#parts.words), { report });
  }

  #describe(status: Status | undefined): void {
    this.#panel.title = panelTitle(this.#address.scope, this.#names);
    if (status) this.#panel.iconPath = this.#file('media', 'status', iconFile(status));
    else this.#panel.iconPath ??= this.#file('media', 'status', iconFile('unknown'));
  }

  #html(): string {
    const { webview } = this.#panel;
    const at = (name: string): string => webview.asWebviewUri(this.#file('dist', 'webview', name)).toString();
    const files = { script: at('log.js'), styles: [at('codicon.css')], source: webview.cspSource };
    return logViewHtml(files, randomBytes(18).toString('base64url'), this.#parts.words.language);
  }

  #file(...path: string[]): Uri {
    return Uri.joinPath(this.#parts.extensionUri, ...path);
  }
}

export function sameAddress(some: LogAddress, other: LogAddress): boolean {
  return addressKey(some) === addressKey(other);
}

function addressKey({ connection, scope }: LogAddress): string {
  return JSON.stringify([connection, scope.execution, scope.step, scope.host]);
}
