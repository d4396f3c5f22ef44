import { specOf } from '../connect/draft.ts';
import { addConnection as lead } from '../connect/wizard.ts';
import { writeConnection } from '../connect/writeSettings.ts';
import type { Command } from './command.ts';
import { attemptIn } from './attempt.ts';
import { connectAndShow } from './connect.ts';

/** Leads through adding a connection, keeps it, and connects it. */
export const addConnection: Command = {
  name: 'addConnection',
  async run(parts) {
    const taken = parts.connections.list().map(({ name }) => name);
    const draft = await lead({ ask: parts.ask, words: parts.words, attempt: attemptIn(parts), taken });
    if (!draft) return;
    const spec = specOf(draft);
    // First the secret: what listens to the settings may look for it at once.
    if (draft.credentials) await parts.connections.secrets.set(spec, draft.credentials);
    await writeConnection(spec);
    await connectAndShow(parts, spec.name);
  },
};
