import type { LogAddress } from '../../bridge/logHost.ts';
import { LogError } from '../../model/errors.ts';
import type { Names } from '../panel/titles.ts';
import {
  addressOf,
  executionOf,
  stepOf,
  type ExecutionNode,
  type HostNode,
  type StepNode,
  type TreeNode,
} from '../tree/nodes.ts';
import type { Parts } from './command.ts';

export type LogNode = ExecutionNode | StepNode | HostNode;

/** The node a command was called on: the one given, else the selected one. */
export function nodeFrom(given: unknown, { view }: Parts): TreeNode | undefined {
  return nodeGiven(given) ?? view.selected;
}

/** The node a command was called on, when it was called on one. */
export function nodeGiven(given: unknown): TreeNode | undefined {
  return isNode(given) ? given : undefined;
}

/** As `nodeFrom`, for commands that need an execution, step or host. */
export function logNodeFrom(given: unknown, parts: Parts): LogNode {
  const node = nodeFrom(given, parts);
  if (node?.kind === 'execution' || node?.kind === 'step' || node?.kind === 'host') return node;
  throw new LogError('invalidRequest', parts.words.t('Select an execution, a step or a host first.'));
}

/** The log a command is about: of the active tab when it was called there, else of the node. */
export function addressFrom(given: unknown, parts: Parts): LogAddress {
  const active = isNode(given) ? undefined : parts.panels.active;
  return active?.address ?? addressOf(logNodeFrom(given, parts));
}

export function namesOf(node: LogNode): Names {
  const execution = executionOf(node).execution.name;
  if (node.kind === 'execution') return { execution };
  const step = stepOf(node).step.name;
  return node.kind === 'step' ? { execution, step } : { execution, step, host: node.host.name };
}

const kinds: ReadonlySet<unknown> = new Set<TreeNode['kind']>([
  'connection',
  'group',
  'execution',
  'step',
  'hostGroup',
  'host',
  'more',
  'error',
  'empty',
  'notice',
  'offline',
]);

function isNode(given: unknown): given is TreeNode {
  return typeof given === 'object' && given !== null && 'kind' in given && 'id' in given && kinds.has(given.kind);
}
