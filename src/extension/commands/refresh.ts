import type { BranchNode, TreeNode } from '../tree/nodes.ts';
import type { Command } from './command.ts';
import { nodeFrom } from './target.ts';

export const refresh: Command = {
  name: 'refresh',
  run: ({ view }) => view.refresh(),
};

/** Asks again after an error. */
export const retry: Command = {
  name: 'retry',
  run(parts, given) {
    const node = nodeFrom(given, parts);
    parts.view.refresh(node?.kind === 'error' ? node.parent : undefined);
  },
};

export const loadMore: Command = {
  name: 'loadMore',
  async run(parts, given) {
    const branch = branchOf(nodeFrom(given, parts));
    if (branch) await parts.view.loadMore(branch);
  },
};

function branchOf(node: TreeNode | undefined): BranchNode | undefined {
  return node?.kind === 'more' ? node.parent : undefined;
}
