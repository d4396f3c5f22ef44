import { LogError } from '../../model/errors.ts';
import { specOf, type Draft } from '../connect/draft.ts';
import { draftOf, editConnection as lead } from '../connect/edit.ts';
import { audienceOf } from '../connect/spec.ts';
import { writeConnection } from '../connect/writeSettings.ts';
import type { Command } from './command.ts';
import { attemptIn } from './attempt.ts';
import { connectAndShow } from './connect.ts';
import { connectionFrom } from './connectionTarget.ts';

/** Changes a connection; its credentials go along only to where they were meant for. */
export const editConnection: Command = {
  name: 'editConnection',
  async run(parts, given) {
    const { connections, words } = parts;
    const connection = await connectionFrom(given, parts, ({ kind }) => kind !== 'own');
    if (!connection) return;
    const { spec, label } = connection;
    if (spec.level === 'own') throw new LogError('invalidRequest', words.t('“{0}” is always there.', label));
    const taken = connections.list().flatMap(({ name }) => (name === spec.name ? [] : [name]));
    const attempt = attemptIn(parts);
    // Tried as it would be used: with what is kept for its audience, unless other credentials were typed.
    const trying = async (draft: Draft) => attempt({ ...draft, ...(await credentialsFor(draft)) });
    async function credentialsFor(draft: Draft): Promise<Pick<Draft, 'credentials'>> {
      const same = audienceOf(draft).join(' ') === audienceOf(spec).join(' ');
      const known = draft.credentials ?? (same ? await connections.secrets.get(spec) : undefined);
      return known ? { credentials: known } : {};
    }
    const draft = await lead(draftOf(spec), { ask: parts.ask, words, attempt: trying, taken });
    if (!draft) return;
    const edited = specOf(draft);
    await connections.secrets.move(spec, edited);
    if (draft.credentials) await connections.secrets.set(edited, draft.credentials);
    const wasConnected = connection.connected;
    await writeConnection(edited, spec.name);
    if (wasConnected) await connectAndShow(parts, edited.name);
  },
};
