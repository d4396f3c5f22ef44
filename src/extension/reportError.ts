import { CancellationError, commands, window } from 'vscode';
import { LogError } from '../model/errors.ts';
import type { ConnectionLog } from './connection.ts';
import { errorWords } from './errorWords.ts';
import type { Words } from './words.ts';

export interface Reporting {
  readonly words: Words;
  readonly log: ConnectionLog;
}

/** Tells the user of a failure, with what can be done about it. What the user cancelled is no failure. */
export async function reportError(
  thrown: unknown,
  { words, log }: Reporting,
  again?: () => Promise<void>,
): Promise<void> {
  if (isCancellation(thrown)) return;
  const error = LogError.from(thrown);
  log.error(`${error.code}: ${error.message}`);
  const { message, retry } = errorWords(error, words);
  const retryAction = words.t('Retry');
  const logAction = words.t('Show Log');
  const actions = [...(retry && again ? [retryAction] : []), logAction];
  const chosen = await window.showErrorMessage(message, ...actions);
  if (chosen === retryAction) await again?.();
  if (chosen === logAction) await commands.executeCommand('executionLogs.showOutput');
}

function isCancellation(thrown: unknown): boolean {
  return thrown instanceof CancellationError || (thrown instanceof Error && thrown.name === 'AbortError');
}
