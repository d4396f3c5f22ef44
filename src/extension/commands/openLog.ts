import { workspace } from 'vscode';
import type { Reveal } from '../../bridge/logHost.ts';
import { addressOf, connectionOf, stepOf, executionOf, type HostNode, type StepNode } from '../tree/nodes.ts';
import { sumOf } from '../tree/formats.ts';
import type { Command, Parts } from './command.ts';
import { logNodeFrom, namesOf, type LogNode } from './target.ts';

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

async function open(
  parts: Parts,
  given: unknown,
  { reveal, reuse }: { reveal: Reveal; reuse: boolean },
): Promise<void> {
  const node = await narrowed(logNodeFrom(given, parts));
  const reused = reuse && workspace.getConfiguration('executionLogs.log').get('reuseTab', true);
  parts.panels.show(addressOf(node), { reveal, names: namesOf(node), reuse: reused });
}

/** A step with a single host means that host's log. */
async function narrowed(node: LogNode): Promise<LogNode> {
  if (node.kind !== 'step' || !node.step.hosts || sumOf(node.step.hosts) !== 1) return node;
  return (await onlyHost(node)) ?? node;
}

async function onlyHost(step: StepNode): Promise<HostNode | undefined> {
  const { source } = await connectionOf(step).open();
  const scope = { execution: executionOf(step).execution.id, step: stepOf(step).step.id };
  const { hosts } = await source.getStepResult({ ...scope, limit: 1 });
  const [host] = hosts;
  return host && { kind: 'host', id: '', parent: step, host };
}
