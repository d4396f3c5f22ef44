import { commands, EventEmitter, window, workspace, type TreeDataProvider, type TreeItem, type TreeView } from 'vscode';
import { Disposables, type Disposes } from '../../base/disposables.ts';
import type { Connection, ConnectionLog } from '../connection.ts';
import type { Connections } from '../connections.ts';
import { errorWords } from '../errorWords.ts';
import type { Words } from '../words.ts';
import { provideBadges } from './badges.ts';
import type { Affected } from './changes.ts';
import { ExecutionTree, isRefusal } from './executionTree.ts';
import { describeFilter } from './filterWords.ts';
import { LiveTree } from './liveTree.ts';
import type { Look } from './look.ts';
import type { BranchNode, ConnectionNode, TreeNode } from './nodes.ts';
import { lookOf } from './presentation.ts';
import { tooltipOf } from './tooltip.ts';
import { tooltipMarkdown, treeItem } from './treeItem.ts';

export const viewId = 'executionLogs.executions';
const automatic = 'executionLogs.refresh.automatic';

export interface ViewParts {
  readonly connections: Connections;
  readonly words: Words;
  readonly log: ConnectionLog;
}

/** The view *Executions*: shows the tree, and keeps it up to date while it is visible. */
export class ExecutionsView implements TreeDataProvider<TreeNode>, Disposes {
  readonly tree: ExecutionTree;
  readonly #parts: ViewParts;
  readonly #view: TreeView<TreeNode>;
  readonly #changed = new EventEmitter<TreeNode[] | undefined>();
  readonly #disposables = new Disposables();
  /** How each node was last handed to the editor. */
  readonly #shown = new WeakMap<TreeNode, Look>();
  #live: LiveTree | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: ViewParts) {
    this.#parts = parts;
    this.tree = new ExecutionTree(() => parts.connections.list());
    this.#view = window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#view);
    this.#disposables.add(provideBadges(parts.words));
    this.#disposables.add(parts.connections.onDidChange(() => this.refresh()));
    this.#disposables.add(parts.connections.onDidConnect((connection) => this.#startOver(connection)));
    this.#disposables.add(this.#view.onDidChangeVisibility(() => this.#followVisibility()));
    this.#disposables.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(automatic)) this.#followVisibility();
      }),
    );
    this.#disposables.add(this.#view.onDidExpandElement(({ element }) => this.tree.setExpanded(element, true)));
    this.#disposables.add(this.#view.onDidCollapseElement(({ element }) => this.tree.setExpanded(element, false)));
    this.#followVisibility();
  }

  get selected(): TreeNode | undefined {
    return this.#view.selection[0];
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    const children = await this.tree.children(node);
    if (!node) await this.#describeTop(children);
    const roots = node?.kind === 'connection' ? [node] : this.tree.roots().length === 1 ? this.tree.roots() : [];
    for (const root of roots) {
      const { answered } = root;
      if (answered !== undefined && (answered === 'well' || !isRefusal(answered))) this.#live?.follow(root);
      this.#lookAgain(root);
    }
    return [...children];
  }

  getTreeItem(node: TreeNode): TreeItem {
    const look = lookOf(node, Date.now(), this.#parts.words);
    this.#shown.set(node, look);
    if (look.expands === 'expanded' && !this.tree.isExpanded(node)) this.tree.setExpanded(node, true);
    return treeItem(node, look);
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return this.tree.parentOf(node);
  }

  resolveTreeItem(item: TreeItem, node: TreeNode): TreeItem {
    if (node.kind === 'notice') item.tooltip = node.words;
    if (node.kind === 'error') item.tooltip = errorWords(node.error, this.#parts.words).message;
    if (node.kind === 'execution' || node.kind === 'step' || node.kind === 'host')
      item.tooltip = tooltipMarkdown(tooltipOf(node, Date.now(), this.#parts.words));
    return item;
  }

  /** Asks again for everything that is shown under `node`, or for all. */
  refresh(node?: TreeNode): void {
    this.tree.expire(node);
    if (node) this.#fireBranch(node);
    else this.#changed.fire(undefined);
  }

  async loadMore(branch: BranchNode): Promise<void> {
    await this.tree.loadMore(branch);
    this.#fireBranch(branch);
  }

  /** Shows the node selected, with the view opened if it was not. */
  async reveal(node: TreeNode, options: { readonly focus: boolean; readonly expand?: boolean }): Promise<void> {
    // What was found beyond the fetched pages has never been shown.
    if (!this.#shown.has(node)) this.#fireBranch(rootOf(node));
    await this.#view.reveal(node, { select: true, focus: options.focus, expand: options.expand ?? false });
  }

  /** Opens the view where it is not open; the focus stays where it is if it is. */
  async show(): Promise<void> {
    if (!this.#view.visible) await commands.executeCommand(`${viewId}.focus`);
  }

  arrange(change: Parameters<ExecutionTree['arrange']>[0]): void {
    this.tree.arrange(change);
    const filtered = describeFilter(this.tree.arrangement.filter, this.#parts.words) !== '';
    void commands.executeCommand('setContext', 'executionLogs.filtered', filtered);
    this.#changed.fire(undefined);
  }

  dispose(): void {
    this.#live?.dispose();
    this.#disposables.dispose();
  }

  #followVisibility(): void {
    const wanted = this.#view.visible && workspace.getConfiguration().get(automatic, true);
    if (wanted === (this.#live !== undefined)) return;
    if (!wanted) {
      this.#live?.dispose();
      this.#live = undefined;
      return;
    }
    this.#live = new LiveTree({
      tree: this.tree,
      log: this.#parts.log,
      affected: (affected) => this.#showAffected(affected),
      missed: (root) => this.refresh(root),
    });
    // What happened while nobody looked.
    if (this.tree.roots().some((root) => this.tree.executions(root).loaded)) this.refresh();
  }

  #showAffected({ branches, touched }: Affected): void {
    if (
      branches.some((node) => node.kind === 'connection' && !this.tree.parentOf(node) && this.tree.roots().length === 1)
    ) {
      this.#changed.fire(undefined);
      return;
    }
    const now = Date.now();
    const different = touched.filter((node) => {
      const shown = this.#shown.get(node);
      return shown !== undefined && !sameLook(shown, lookOf(node, now, this.#parts.words));
    });
    const nodes = new Set([...branches, ...different]);
    if (nodes.size > 0) this.#changed.fire([...nodes]);
  }

  /** A connection was made or ended: nothing of what was known of it holds. */
  #startOver(connection: Connection): void {
    const root = this.tree.roots().find((node) => node.connection === connection);
    if (!root) return;
    this.#live?.leave(root);
    this.tree.forget(connection);
    this.#fireBranch(root);
  }

  /** How a connection is was learnt by asking for what is under it. */
  #lookAgain(root: ConnectionNode): void {
    const shown = this.#shown.get(root);
    if (shown && !sameLook(shown, lookOf(root, Date.now(), this.#parts.words))) this.#fireBranch(root);
  }

  #fireBranch(branch: TreeNode): void {
    const top = branch.kind === 'connection' && this.tree.roots().length === 1;
    this.#changed.fire(top ? undefined : [branch]);
  }

  /** Says in the view what an empty top means. */
  async #describeTop(children: readonly TreeNode[]): Promise<void> {
    const { words } = this.#parts;
    const error = this.tree.topError();
    const failed = error && !isRefusal(error) ? error : undefined;
    const filter = describeFilter(this.tree.arrangement.filter, words);
    const shown = filter === '' ? '' : words.t('Showing only: {0}', filter);
    this.#view.message = failed ? errorWords(failed, words).message : shown;
    const failure = error && (isRefusal(error) ? error.code : 'unavailable');
    const state = children.length === 0 ? (failure ?? 'empty') : 'ready';
    await commands.executeCommand('setContext', 'executionLogs.state', state);
  }
}

function rootOf(node: TreeNode): TreeNode {
  return node.parent ? rootOf(node.parent) : node;
}

function sameLook(some: Look, other: Look): boolean {
  return (
    some.label === other.label &&
    some.description === other.description &&
    some.icon.id === other.icon.id &&
    some.badge === other.badge &&
    some.context === other.context
  );
}
