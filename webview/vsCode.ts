import type { Port } from '../src/bridge/port.ts';

/** What VS Code gives a webview. */
interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Editor {
  readonly port: Port;
  /** What was kept of this view before it was hidden or the window reloaded. */
  readonly kept: unknown;
  keep(state: unknown): void;
}

export function connectEditor(): Editor {
  const api = acquireVsCodeApi();
  return {
    port: {
      post: (message) => {
        api.postMessage(message);
      },
      onMessage: (listener) => {
        const heard = (event: MessageEvent<unknown>): void => {
          listener(event.data);
        };
        window.addEventListener('message', heard);
        return {
          dispose: () => {
            window.removeEventListener('message', heard);
          },
        };
      },
    },
    kept: api.getState(),
    keep: (state) => {
      api.setState(state);
    },
  };
}
