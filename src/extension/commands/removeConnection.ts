import { window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import { eraseConnection } from '../connect/writeSettings.ts';
import type { Command } from './command.ts';
import { connectionFrom } from './connectionTarget.ts';

/** Takes a connection out of the settings, and forgets its credentials. */
export const removeConnection: Command = {
  name: 'removeConnection',
  async run(parts, given) {
    const { t } = parts.words;
    const connection = await connectionFrom(given, parts, ({ kind }) => kind !== 'own');
    if (!connection) return;
    const { spec, label } = connection;
    if (spec.level === 'own') throw new LogError('invalidRequest', t('“{0}” is always there.', label));
    const question = t('Remove the connection “{0}”?', label);
    const detail = t('Its credentials are forgotten. Nothing is deleted where it leads.');
    const action = t('Remove');
    if ((await window.showWarningMessage(question, { modal: true, detail }, action)) !== action) return;
    await parts.connections.secrets.forget(spec);
    await eraseConnection(spec);
  },
};
