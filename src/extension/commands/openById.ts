import { window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import type { LazyConnection } from '../connection.ts';
import { addressOf, connectionOf, type ExecutionNode, type HostNode, type StepNode } from '../tree/nodes.ts';
import type { Command, Parts } from './command.ts';
import { narrowed } from './narrowed.ts';
import { namesOf, nodeGiven } from './target.ts';

/** Shows an execution or a job whose id is known from elsewhere, and its log. Not every system has a list. */
export const openById: Command = {
  name: 'openById',
  async run(parts, given, named) {
    const { t } = parts.words;
    const connection = await chooseConnection(parts, given, named);
    if (!connection) return;
    const title = t('Open by Id in {0}', connection.label);
    const prompt = t('The id of an execution or a job');
    const typed =
      typeof given === 'string' ? given : await window.showInputBox({ title, prompt, ignoreFocusOut: true });
    const id = typed?.trim() ?? '';
    if (id === '') return;
    // Nothing is asked of a system before the user says so, which is now.
    if (!connection.connected) parts.connections.connect(connection.name);
    const node = await find(parts, connection, id);
    await parts.view.reveal(node, { focus: true });
    const log = await narrowed(node);
    parts.panels.show(addressOf(log), { names: namesOf(log), preserveFocus: false });
  },
};

async function find(parts: Parts, { name, label }: LazyConnection, id: string) {
  const { t } = parts.words;
  try {
    const found: ExecutionNode | StepNode | HostNode = await parts.view.tree.find(name, { execution: id });
    return found;
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'notFound') throw error;
    const said = t('“{0}” was not found in “{1}”: there is none, or it has been cleared away.', id, label);
    throw new LogError('notFound', said, { cause: error });
  }
}

async function chooseConnection(
  { connections, words }: Parts,
  given: unknown,
  named: unknown,
): Promise<LazyConnection | undefined> {
  if (typeof named === 'string') return connections.get(named);
  const node = nodeGiven(given);
  if (node) return connections.get(connectionOf(node).name);
  const [only, ...others] = connections.list();
  if (others.length === 0) return only;
  const items = connections.list().map((connection) => ({
    label: connection.label,
    description: connection.place,
    connection,
  }));
  return (await window.showQuickPick(items, { title: words.t('In which connection?') }))?.connection;
}
