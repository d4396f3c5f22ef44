import type { LogOutputChannel } from 'vscode';
import type { Asking } from '../connect/asking.ts';
import type { ConnectionLog } from '../connection.ts';
import type { Connections } from '../connections.ts';
import type { LogPanels } from '../panel/logPanels.ts';
import type { ExecutionsView } from '../tree/executionsView.ts';
import type { Words } from '../words.ts';

/** What commands work with. */
export interface Parts {
  readonly connections: Connections;
  readonly view: ExecutionsView;
  readonly panels: LogPanels;
  readonly words: Words;
  /** Who asks the user, where it takes several questions. */
  readonly ask: Asking;
  readonly output: LogOutputChannel;
  /** The same channel, for words that may hold a secret. */
  readonly log: ConnectionLog;
}

/** One command. What it is given comes from menus, keybindings or other extensions: check before use. */
export interface Command {
  /** Without the prefix `executionLogs.`. */
  readonly name: string;
  run(parts: Parts, ...given: unknown[]): Promise<void> | void;
}
