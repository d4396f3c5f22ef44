import { window } from 'vscode';
import type { LazyConnection } from '../connection.ts';
import { connectionOf } from '../tree/nodes.ts';
import type { Parts } from './command.ts';
import { nodeGiven } from './target.ts';

/** The connection a command is about: the node's, the one named, or the one the user picks among those that fit. */
export async function connectionFrom(
  given: unknown,
  { connections, words }: Parts,
  fits: (connection: LazyConnection) => boolean,
): Promise<LazyConnection | undefined> {
  if (typeof given === 'string') return connections.get(given);
  const node = nodeGiven(given);
  if (node) return connections.get(connectionOf(node).name);
  const fitting = connections.list().filter(fits);
  const [first, ...others] = fitting;
  if (!first) {
    void window.showInformationMessage(words.t('There is no such connection.'));
    return undefined;
  }
  if (others.length === 0) return first;
  const items = fitting.map((connection) => ({
    label: connection.label,
    description: connection.place,
    connection,
  }));
  return (await window.showQuickPick(items, { title: words.t('Which connection?') }))?.connection;
}
