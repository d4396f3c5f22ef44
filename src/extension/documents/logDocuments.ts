import { Uri, window, workspace, type TextDocumentContentProvider } from 'vscode';
import type { Disposes } from '../../base/disposables.ts';
import type { LogAddress } from '../../bridge/logHost.ts';
import type { Connections } from '../connections.ts';
import { cancelledWith } from '../panel/cancel.ts';
import { logAddress } from '../panel/requests.ts';
import type { Words } from '../words.ts';
import { readLogText } from './logText.ts';

const scheme = 'execlog';

/** Logs as read-only documents. */
export function provideLogDocuments(connections: Connections, words: Words): Disposes {
  const provider: TextDocumentContentProvider = {
    async provideTextDocumentContent(uri, token) {
      const { connection, scope } = logAddress(JSON.parse(uri.query), 'query');
      const { source } = await connections.get(connection).open();
      return cancelledWith(token, undefined, (signal) => readLogText(source, scope, words, signal));
    },
  };
  return workspace.registerTextDocumentContentProvider(scheme, provider);
}

/** The address is in the query; the path is only what the tab shows. */
function logDocumentUri(address: LogAddress): Uri {
  const { execution, step, host } = address.scope;
  const names = [host, step, execution].filter((name) => name !== undefined);
  const path = `/${names.map((name) => name.replaceAll(/[/\\]/g, '_')).join(' — ')}.log`;
  return Uri.from({ scheme, path, query: JSON.stringify(address) });
}

export async function openAsDocument(address: LogAddress): Promise<void> {
  const document = await workspace.openTextDocument(logDocumentUri(address));
  await window.showTextDocument(document, { preview: true });
}
