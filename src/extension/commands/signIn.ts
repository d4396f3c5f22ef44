import { window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import { draftOf } from '../connect/edit.ts';
import { signInSteps } from '../connect/signIn.ts';
import { takeSteps } from '../connect/steps.ts';
import { tryStep } from '../connect/tryStep.ts';
import { isRemote, type ConnectionSpec } from '../connect/spec.ts';
import type { Command, Parts } from './command.ts';
import { attemptIn } from './attempt.ts';
import { connectAndShow } from './connect.ts';
import { connectionFrom } from './connectionTarget.ts';

/** Asks for credentials, tries them, and keeps them in the editor's secret storage. */
export const signIn: Command = {
  name: 'signIn',
  async run(parts, given) {
    const connection = await connectionFrom(given, parts, ({ kind }) => kind === 'remote');
    if (!connection) return;
    const { spec, label } = connection;
    const { t } = parts.words;
    if (!isRemote(spec)) throw new LogError('invalidRequest', t('Nobody needs to sign in to “{0}”.', label));
    if (await askToSignIn(parts, spec)) await connectAndShow(parts, spec.name);
  },
};

export const signOut: Command = {
  name: 'signOut',
  async run(parts, given) {
    const connection = await connectionFrom(given, parts, ({ kind }) => kind === 'remote');
    if (!connection) return;
    await parts.connections.secrets.forget(connection.spec);
    parts.connections.disconnect(connection.name);
    void window.showInformationMessage(parts.words.t('Signed out of “{0}”.', connection.label));
  },
};

/** True when other credentials are kept from now on, or none. */
async function askToSignIn(parts: Parts, spec: ConnectionSpec): Promise<boolean> {
  const title = parts.words.t('Sign In to {0}', spec.label ?? spec.name);
  const asking = { ask: parts.ask, words: parts.words, title, attempt: attemptIn(parts) };
  const steps = [...signInSteps(asking, () => true), tryStep(asking, () => true)];
  const draft = await takeSteps(steps, draftOf(spec));
  if (!draft) return false;
  if (draft.credentials) await parts.connections.secrets.set(spec, draft.credentials);
  else await parts.connections.secrets.forget(spec);
  return true;
}
