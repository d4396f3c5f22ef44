import { workspace } from 'vscode';
import type { Reveal } from '../../bridge/logHost.ts';
import { addressOf } from '../tree/nodes.ts';
import type { Command, Parts } from './command.ts';
import { narrowed } from './narrowed.ts';
import { logNodeFrom, namesOf } from './target.ts';

/** Opens a log in the tab last used for this. */
export const openLog: Command = {
  name: 'openLog',
  run: (parts, given) => open(parts, given, { reveal: { at: 'auto' }, reuse: true }),
};

export const openLogInNewTab: Command = {
  name: 'openLogInNewTab',
  run: (parts, given) => open(parts, given, { reveal: { at: 'auto' }, reuse: false }),
};

/** Opens a log at its end, following what comes. */
export const tailLog: Command = {
  name: 'tailLog',
  run: (parts, given) => open(parts, given, { reveal: { at: 'end' }, reuse: true }),
};

/** Opens a log beside what is open: several runs are followed at once. */
export const openLogToSide: Command = {
  name: 'openLogToSide',
  run: (parts, given) => open(parts, given, { reveal: { at: 'auto' }, reuse: false, beside: true }),
};

interface Opening {
  readonly reveal: Reveal;
  readonly reuse: boolean;
  readonly beside?: boolean;
}

async function open(parts: Parts, given: unknown, { reveal, reuse, beside = false }: Opening): Promise<void> {
  const node = await narrowed(logNodeFrom(given, parts));
  const reused = reuse && workspace.getConfiguration('executionLogs.log').get('reuseTab', true);
  parts.panels.show(addressOf(node), { reveal, names: namesOf(node), reuse: reused, beside });
}
