import { window } from 'vscode';
import type { Connection } from '../connection.ts';
import type { Command, Parts } from './command.ts';

/** Shows an execution whose id is known from elsewhere. */
export const openById: Command = {
  name: 'openById',
  async run(parts, given) {
    const { t } = parts.words;
    const id =
      typeof given === 'string'
        ? given
        : await window.showInputBox({ title: t('Open Execution by Id'), prompt: t('The id of an execution') });
    if (id === undefined || id.trim() === '') return;
    const connection = await chooseConnection(parts);
    if (!connection) return;
    const node = await parts.view.tree.find(connection.name, { execution: id.trim() });
    await parts.view.reveal(node, { focus: true });
  },
};

async function chooseConnection({ connections, words }: Parts): Promise<Connection | undefined> {
  const [only, ...others] = connections.list();
  if (others.length === 0) return only;
  const items = connections.list().map((connection) => ({ label: connection.label, connection }));
  return (await window.showQuickPick(items, { title: words.t('In which connection?') }))?.connection;
}
