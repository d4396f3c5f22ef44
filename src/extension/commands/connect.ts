import type { Command, Parts } from './command.ts';
import { connectionFrom } from './connectionTarget.ts';

/** Asks a remote system for the first time: nothing is requested before. */
export const connect: Command = {
  name: 'connect',
  async run(parts, given) {
    const connection = await connectionFrom(given, parts, ({ connected }) => !connected);
    if (connection) await connectAndShow(parts, connection.name);
  },
};

export const disconnect: Command = {
  name: 'disconnect',
  async run(parts, given) {
    const connection = await connectionFrom(given, parts, ({ kind, connected }) => kind === 'remote' && connected);
    if (connection) parts.connections.disconnect(connection.name);
  },
};

export async function connectAndShow({ connections, view }: Parts, name: string): Promise<void> {
  connections.connect(name);
  await view.show();
  const root = view.tree.roots().find(({ connection }) => connection.name === name);
  if (root) await view.reveal(root, { focus: false, expand: true });
}
