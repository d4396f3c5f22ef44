import { delay } from '../../base/abort.ts';
import type { Disposes } from '../../base/disposables.ts';
import type { ConnectionLog } from '../connection.ts';
import { applyChanges, type Affected } from './changes.ts';
import type { ExecutionTree } from './executionTree.ts';
import { followChanges } from './follow.ts';
import type { ConnectionNode, TreeNode } from './nodes.ts';
import { isTicking } from './presentation.ts';

export interface Live {
  readonly tree: ExecutionTree;
  readonly log: ConnectionLog;
  /** Called with what may look different now. */
  readonly affected: (affected: Affected) => void;
  /** Called when anything of a connection may have changed. */
  readonly missed: (root: ConnectionNode) => void;
}

/** Seconds after which "5 minutes ago" is looked at again. */
const agoEvery = 20;

/** Keeps the tree up to date while it is seen. Nothing is asked and no timer runs after `dispose`. */
export class LiveTree implements Disposes {
  readonly #live: Live;
  readonly #ended = new AbortController();
  readonly #followed = new Map<ConnectionNode, AbortController>();

  constructor(live: Live) {
    this.#live = live;
    void this.#tick();
  }

  /** Follows a connection from when its executions have been fetched. */
  follow(root: ConnectionNode): void {
    if (this.#followed.has(root)) return;
    const own = new AbortController();
    this.#followed.set(root, own);
    const { tree, log, affected, missed } = this.#live;
    const following = followChanges(root.connection, {
      signal: AbortSignal.any([this.#ended.signal, own.signal]),
      log,
      missed: () => missed(root),
      apply: async (changes) => affected(await applyChanges(tree, root, changes)),
    });
    // It ends by itself when it is refused; what was refused may be allowed later.
    void following.then(() => this.#followed.get(root) === own && this.#followed.delete(root));
  }

  /** Until it is followed anew. */
  leave(root: ConnectionNode): void {
    this.#followed.get(root)?.abort();
    this.#followed.delete(root);
  }

  dispose(): void {
    this.#ended.abort();
  }

  /** Elapsed times move by the second, "5 minutes ago" more slowly. */
  async #tick(): Promise<void> {
    const { signal } = this.#ended;
    for (let second = 1; await passed(1_000, signal); second++) {
      const nodes: TreeNode[] = [...this.#live.tree.known()];
      this.#live.affected({ branches: [], touched: second % agoEvery === 0 ? nodes : nodes.filter(isTicking) });
    }
  }
}

/** True after some time; false as soon as `signal` aborts. */
async function passed(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return delay(milliseconds, signal).then(
    () => true,
    () => false,
  );
}
