import { commands } from 'vscode';
import { Disposables, type Disposes } from '../../base/disposables.ts';
import { reportError } from '../reportError.ts';
import { addConnection } from './addConnection.ts';
import { groupBy, sortHosts } from './arrange.ts';
import type { Command, Parts } from './command.ts';
import { connect, disconnect } from './connect.ts';
import { copyFailedHosts, copyHost, copyId } from './copy.ts';
import { deleteExecution } from './deleteExecution.ts';
import { editConnection } from './editConnection.ts';
import { nextFailed, previousFailed } from './failedHosts.ts';
import { clearFilter, filterByStatus, filterByText, showFailedOnly } from './filter.ts';
import { goToFirstFailure } from './goToFirstFailure.ts';
import { exportCommand, openInEditor, viewCommands } from './logCommands.ts';
import { openById } from './openById.ts';
import { openInBrowser } from './openInBrowser.ts';
import { openLog, openLogInNewTab, openLogToSide, tailLog } from './openLog.ts';
import { loadMore, refresh, retry } from './refresh.ts';
import { removeConnection } from './removeConnection.ts';
import { runAgain } from './runAgain.ts';
import { runAndRecord } from './runAndRecord.ts';
import { showOutput } from './showOutput.ts';
import { signIn, signOut } from './signIn.ts';
import { testConnection } from './testConnection.ts';

const all: readonly Command[] = [
  openLog,
  openLogInNewTab,
  openLogToSide,
  tailLog,
  goToFirstFailure,
  nextFailed,
  previousFailed,
  copyId,
  copyHost,
  copyFailedHosts,
  openById,
  openInBrowser,
  openInEditor,
  exportCommand,
  deleteExecution,
  runAgain,
  runAndRecord,
  refresh,
  retry,
  loadMore,
  filterByText,
  filterByStatus,
  showFailedOnly,
  clearFilter,
  groupBy,
  sortHosts,
  showOutput,
  addConnection,
  editConnection,
  removeConnection,
  testConnection,
  signIn,
  signOut,
  connect,
  disconnect,
  ...viewCommands,
];

/** Registers every command; what one throws is told to the user in one place. */
export function registerCommands(parts: Parts): Disposes {
  const registered = new Disposables();
  for (const command of all) {
    const attempt = async (...given: unknown[]): Promise<void> => {
      try {
        await command.run(parts, ...given);
      } catch (error) {
        void reportError(error, { words: parts.words, log: parts.log }, () => attempt(...given));
      }
    };
    registered.add(commands.registerCommand(`executionLogs.${command.name}`, attempt));
  }
  return registered;
}
