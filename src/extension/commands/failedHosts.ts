import { window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import { nextFailedHost } from '../../tools/nextFailedHost.ts';
import type { Command, Parts } from './command.ts';
import { showFailure } from './goToFirstFailure.ts';
import { addressFrom } from './target.ts';

export const nextFailed: Command = {
  name: 'nextFailedHost',
  run: (parts, given) => go(parts, given, 'next'),
};

export const previousFailed: Command = {
  name: 'previousFailedHost',
  run: (parts, given) => go(parts, given, 'previous'),
};

async function go(parts: Parts, given: unknown, direction: 'next' | 'previous'): Promise<void> {
  const { connection, scope } = addressFrom(given, parts);
  const { execution, step, host } = scope;
  if (step === undefined || host === undefined)
    throw new LogError('invalidRequest', parts.words.t('Open the log of a host first.'));
  const { source } = await parts.connections.get(connection).open();
  const found = await nextFailedHost(source, { execution, step, host }, direction);
  if (found) await showFailure(parts, { connection, scope: { execution, ...found } }, { at: 'firstError' });
  else void window.showInformationMessage(parts.words.t('No other host failed.'));
}
