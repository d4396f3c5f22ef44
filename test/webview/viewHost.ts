import type { CallOptions, LogSource } from '../../src/model/source.ts';
import { connect, type Connected } from '../../src/bridge/connect.ts';
import type {
  ExportRequest,
  Link,
  LogAddress,
  LogHost,
  Reveal,
  ViewCommand,
  ViewSettings,
} from '../../src/bridge/logHost.ts';
import type { LogScope } from '../../src/model/query.ts';
import type { Port } from '../../src/bridge/port.ts';
import { serve } from '../../src/bridge/serve.ts';

const defaultSettings: ViewSettings = { timestamps: 'off', timeZone: 'utc', wrap: false, collapseWhenFinished: 'jobs' };

/** What a view asked of the editor beside reading. */
export interface Asked {
  readonly copied: string[];
  readonly copiedLines: { readonly from: number; readonly to: number; readonly style: string }[];
  readonly copiedLogs: { readonly scope: LogScope; readonly style: string }[];
  readonly opened: Link[];
  readonly exported: ExportRequest[];
  readonly shown: LogAddress[];
  readonly settings: ViewSettings[];
}

export interface ViewHost {
  readonly host: Connected<LogHost>;
  readonly asked: Asked;
  command(command: ViewCommand): void;
  dispose(): void;
}

export interface ViewHostOptions {
  readonly address: LogAddress;
  readonly reveal?: Reveal;
  readonly settings?: Partial<ViewSettings>;
  readonly translations?: Readonly<Record<string, string>>;
}

/** The editor's end of the bridge over a source, and the view's end of it, with a real channel between. */
export function viewHost(source: LogSource, options: ViewHostOptions): ViewHost {
  const { port1, port2 } = new MessageChannel();
  const asked: Asked = {
    copied: [],
    copiedLines: [],
    copiedLogs: [],
    opened: [],
    exported: [],
    shown: [],
    settings: [],
  };
  const commands = new Commands();
  const server = serve(endOf(port1), hostOver(source, options, asked, commands));
  const host = connect<LogHost>(endOf(port2), { streams: ['commands', 'tailLog', 'watch'] });
  return {
    host,
    asked,
    command: (command) => {
      commands.push(command);
    },
    dispose() {
      host.dispose();
      server.dispose();
      port1.close();
      port2.close();
    },
  };
}

function hostOver(source: LogSource, start: ViewHostOptions, asked: Asked, commands: Commands): LogHost {
  return {
    start: () =>
      Promise.resolve({
        address: start.address,
        reveal: start.reveal ?? { at: 'auto' },
        capabilities: source.capabilities,
        settings: { ...defaultSettings, ...start.settings },
        language: 'en',
        ...(start.translations && { translations: start.translations }),
      }),
    commands: (_, options) => commands.read(options),
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(query, options),
    readLog: (query, options) => source.readLog(query, options),
    tailLog: (query, options) => source.tailLog(query, options),
    watch: (query, options) => source.watch(query, options),
    showing: ({ address }) => done(asked.shown.push(address)),
    changeSettings: (settings) => done(asked.settings.push(settings)),
    openLink: (link) => done(asked.opened.push(link)),
    copy: ({ text }) => done(asked.copied.push(text)),
    copyLines: ({ from, to, style }) => {
      asked.copiedLines.push({ from, to, style });
      return Promise.resolve({ lines: to - from + 1 });
    },
    copyLog: ({ scope, style }) => {
      asked.copiedLogs.push({ scope, style });
      return Promise.resolve({ lines: 3 });
    },
    exportLog: (request) => {
      asked.exported.push(request);
      return Promise.resolve({ lines: 1 });
    },
    openInEditor: () => Promise.resolve(),
  };
}

async function done(_: number): Promise<void> {
  await Promise.resolve();
}

class Commands {
  readonly #waiting: ViewCommand[] = [];
  #wake: () => void = () => undefined;

  push(command: ViewCommand): void {
    this.#waiting.push(command);
    this.#wake();
  }

  async *read({ signal }: CallOptions = {}): AsyncGenerator<ViewCommand> {
    while (!signal?.aborted) {
      const next = this.#waiting.shift();
      if (next) yield next;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          signal?.addEventListener('abort', () => {
            resolve();
          });
        });
    }
  }
}

function endOf(port: MessagePort): Port {
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage(listener) {
      const heard = (event: MessageEvent<unknown>): void => {
        listener(event.data);
      };
      port.addEventListener('message', heard);
      port.start();
      return {
        dispose: () => {
          port.removeEventListener('message', heard);
        },
      };
    },
  };
}
