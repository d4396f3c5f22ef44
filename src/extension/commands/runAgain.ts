import { window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import { executionOf } from '../tree/nodes.ts';
import { runInTerminal, shellLine } from '../terminals.ts';
import type { Command } from './command.ts';
import { logNodeFrom } from './target.ts';

/** Starts a recorded command again, in a terminal. It is shown first: a store may hold what others have written. */
export const runAgain: Command = {
  name: 'runAgain',
  async run(parts, given) {
    const { t } = parts.words;
    const { name, invocation } = executionOf(logNodeFrom(given, parts)).execution;
    if (!invocation) throw new LogError('invalidRequest', t('How “{0}” was started is not known.', name));
    const line = shellLine(['execlogs', 'run', '--', ...invocation.command]);
    const action = t('Run');
    const detail = t('{0}\n\nin {1}', line, invocation.directory);
    const chosen = await window.showInformationMessage(t('Run “{0}” again?', name), { modal: true, detail }, action);
    if (chosen === action) runInTerminal(line, invocation.directory);
  },
};
