import { LogError } from '../../model/errors.ts';
import type { Change } from '../../model/source.ts';
import type { ExecutionTree } from './executionTree.ts';
import type { ConnectionNode, ExecutionNode, StepNode, TreeNode } from './nodes.ts';

/** What is known to have changed of one execution, told once however often it changed. */
export interface Changed {
  readonly removed: boolean;
  /** Steps whose hosts changed; undefined when any may have. */
  readonly steps: ReadonlySet<string> | undefined;
}

export type ChangedExecutions = ReadonlyMap<string, Changed>;

export function mergeChange(changes: Map<string, Changed>, change: Change): void {
  const known = changes.get(change.execution);
  const steps =
    change.step === undefined || (known && !known.steps) ? undefined : [...(known?.steps ?? []), change.step];
  changes.set(change.execution, {
    removed: change.removed ?? known?.removed ?? false,
    steps: steps && new Set(steps),
  });
}

/** What of the tree is no longer as it was shown. */
export interface Affected {
  /** Nodes whose children came, went or moved. */
  readonly branches: readonly TreeNode[];
  /** Nodes that have been asked after and may look different now. */
  readonly touched: readonly TreeNode[];
}

/** Asks after what changed and is shown, and nothing else. */
export async function applyChanges(
  tree: ExecutionTree,
  root: ConnectionNode,
  changes: ChangedExecutions,
): Promise<Affected> {
  const executions = tree.executions(root);
  if (!executions.loaded) return { branches: [], touched: [] };
  const branches: TreeNode[] = [];
  const touched: TreeNode[] = [];
  const filtered = Object.keys(tree.arrangement.filter).length > 0;
  let list = filtered;
  for (const [id, change] of changes) {
    const node = executions.find(id);
    if (!node) list ||= !change.removed;
    else if (change.removed || !(await renew(tree, node, change, branches))) {
      executions.remove(id);
      branches.push(root);
    } else touched.push(...under(tree, node));
  }
  if (list && (await executions.reload())) branches.push(root);
  if (tree.arrangement.groupBy !== 'none' && touched.length > 0) branches.push(root);
  return { branches, touched };
}

/** False when the execution is gone. */
async function renew(
  tree: ExecutionTree,
  node: ExecutionNode,
  change: Changed,
  branches: TreeNode[],
): Promise<boolean> {
  try {
    const { source } = await node.parent.connection.open();
    const { steps, ...execution } = await source.getExecution({ execution: node.execution.id });
    node.execution = execution;
    const listing = tree.steps(node);
    if (!listing.loaded) return true;
    const divided = new Map(listing.nodes.map((step) => [step, tree.hostGroups(step)]));
    if (listing.replace(steps)) branches.push(node);
    for (const step of listing.nodes) {
      if (!sameNodes(divided.get(step), tree.hostGroups(step))) branches.push(step);
      if (!change.steps || change.steps.has(step.step.id)) await renewHosts(tree, step, branches);
    }
    return true;
  } catch (error) {
    if (LogError.from(error).code === 'notFound') return false;
    throw error;
  }
}

async function renewHosts(tree: ExecutionTree, step: StepNode, branches: TreeNode[]): Promise<void> {
  for (const branch of tree.hostGroups(step) ?? [step]) {
    const hosts = tree.hosts(branch);
    if (!hosts.loaded) continue;
    if (!tree.isExpanded(branch)) hosts.expire();
    else if (await hosts.reload()) branches.push(branch);
  }
}

function* under(tree: ExecutionTree, node: ExecutionNode): Generator<TreeNode> {
  yield node;
  for (const step of tree.steps(node).nodes) {
    yield step;
    for (const branch of tree.hostGroups(step) ?? [step]) {
      if (branch !== step) yield branch;
      yield* tree.hosts(branch).nodes;
    }
  }
}

function sameNodes(some: readonly TreeNode[] | undefined, others: readonly TreeNode[] | undefined): boolean {
  return some?.length === others?.length && (some?.every((node, index) => node === others?.[index]) ?? true);
}
