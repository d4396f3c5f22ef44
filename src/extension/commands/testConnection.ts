import { window } from 'vscode';
import { foundWords, probe } from '../connect/probe.ts';
import type { Command } from './command.ts';
import { connectionFrom } from './connectionTarget.ts';
import { cancellable } from './progress.ts';

/** Tries a connection and tells what is there. */
export const testConnection: Command = {
  name: 'testConnection',
  async run(parts, given) {
    const { connections, words, log } = parts;
    const connection = await connectionFrom(given, parts, ({ kind }) => kind !== 'own');
    if (!connection) return;
    const { spec, label } = connection;
    const reach = connections.reachOf(spec);
    const found = await cancellable(words.t('Trying {0}', label), (signal) => probe(spec, reach, signal));
    log.info(`${spec.name}: tried: ${foundWords(found, words)}`);
    void window.showInformationMessage(words.t('“{0}” works: {1}', label, foundWords(found, words)));
  },
};
