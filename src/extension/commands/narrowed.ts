import { isJobKind } from '../../model/kind.ts';
import type { LogSource } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import { sumOf } from '../tree/formats.ts';
import {
  connectionOf,
  executionOf,
  isHostless,
  stepOf,
  type ExecutionNode,
  type HostNode,
  type StepNode,
} from '../tree/nodes.ts';
import type { LogNode } from './target.ts';

/** The log that is meant: of a step with a single host, and of a run that is one such step, that host's. */
export async function narrowed(node: LogNode): Promise<LogNode> {
  switch (node.kind) {
    case 'host':
      return node;
    case 'step':
      return isSingle(node) ? onlyHost(node) : node;
    case 'execution': {
      const step = await onlyStep(node);
      return step && isSingle(step) ? onlyHost(step) : node;
    }
  }
}

function isSingle(node: StepNode): boolean {
  const { hosts } = node.step;
  return isHostless(node) || (hosts !== undefined && sumOf(hosts) === 1);
}

/** The step of a run that has no other, and will have none. */
async function onlyStep(node: ExecutionNode): Promise<StepNode | undefined> {
  const { kind, status, id } = node.execution;
  const source = await sourceOf(node);
  if (!isJobKind(kind) && !isFinished(status) && source.capabilities.wideScopes) return undefined;
  const { steps } = await source.getExecution({ execution: id });
  const [step, ...others] = steps;
  return step && others.length === 0 ? { kind: 'step', id: '', parent: node, step } : undefined;
}

async function onlyHost(node: StepNode): Promise<HostNode | StepNode> {
  const source = await sourceOf(node);
  const scope = { execution: executionOf(node).execution.id, step: stepOf(node).step.id };
  const { hosts } = await source.getStepResult({ ...scope, limit: 2 });
  const [host, ...others] = hosts;
  return host && others.length === 0 ? { kind: 'host', id: '', parent: node, host } : node;
}

async function sourceOf(node: LogNode): Promise<LogSource> {
  return (await connectionOf(node).open()).source;
}
