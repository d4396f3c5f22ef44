import { LogError } from '../../model/errors.ts';
import type { ExecutionFilter, HostSort, LogScope } from '../../model/query.ts';
import type { Connection } from '../connection.ts';
import { divideHosts, groupExecutions, type Grouping } from './grouping.ts';
import type { Listing } from './listing.ts';
import { listExecutions, listHosts, listSteps, type Executions, type Hosts, type Steps } from './listings.ts';
import {
  connectionOf,
  executionOf,
  isHostless,
  nodeId,
  type BranchNode,
  type ConnectionNode,
  type ExecutionNode,
  type GroupNode,
  type HostGroupNode,
  type HostNode,
  type StepNode,
  type TreeNode,
} from './nodes.ts';

/** How the user wants the tree to be. */
export interface Arrangement {
  readonly filter: ExecutionFilter;
  readonly groupBy: Grouping;
  readonly sortHosts: HostSort;
}

/**
 * The nodes known so far. Nothing is asked of a source before `children` is called for the branch, and
 * nothing twice until it is said to be out of date.
 */
export class ExecutionTree {
  readonly #connections: () => readonly Connection[];
  readonly #executions = new WeakMap<ConnectionNode, Executions>();
  readonly #steps = new WeakMap<ExecutionNode, Steps>();
  readonly #hosts = new WeakMap<StepNode | HostGroupNode, Hosts>();
  /** Nodes made here rather than by a listing. */
  readonly #made = new WeakMap<BranchNode, Map<string, TreeNode>>();
  readonly #expanded = new Set<string>();
  #roots: readonly ConnectionNode[] = [];
  #arrangement: Arrangement = { filter: {}, groupBy: 'none', sortHosts: 'result' };

  constructor(connections: () => readonly Connection[]) {
    this.#connections = connections;
  }

  get arrangement(): Arrangement {
    return this.#arrangement;
  }

  arrange(change: Partial<Arrangement>): void {
    this.#arrangement = { ...this.#arrangement, ...change };
    this.expire();
  }

  /** One node per connection; with a single one its children stand at the top instead. */
  roots(): readonly ConnectionNode[] {
    this.#roots = this.#connections().map((connection): ConnectionNode => {
      const known = this.#roots.find((node) => node.connection === connection);
      return known ?? { kind: 'connection', id: nodeId('connection', connection.name), parent: undefined, connection };
    });
    return this.#roots;
  }

  async children(node?: TreeNode): Promise<readonly TreeNode[]> {
    if (!node) return this.#top();
    switch (node.kind) {
      case 'connection':
        return this.#listedOf(node);
      case 'execution':
      case 'hostGroup':
        return this.#listed(node);
      case 'step':
        return isHostless(node) ? [] : (this.hostGroups(node) ?? this.#listed(node));
      case 'group':
        return this.#membersOf(node);
      case 'host':
      case 'more':
      case 'error':
      case 'empty':
      case 'notice':
      case 'offline':
        return [];
    }
  }

  parentOf(node: TreeNode): TreeNode | undefined {
    const { parent } = node;
    if (node.kind === 'execution') {
      const group = this.#groups(node.parent)?.find(({ members }) => members.includes(node));
      if (group) return group.node;
    }
    return parent?.kind === 'connection' && this.#roots.length === 1 ? undefined : parent;
  }

  executions(node: ConnectionNode): Executions {
    return remembered(this.#executions, node, () => listExecutions(node, () => this.#arrangement.filter));
  }

  steps(node: ExecutionNode): Steps {
    return remembered(this.#steps, node, () => listSteps(node));
  }

  hosts(node: StepNode | HostGroupNode): Hosts {
    return remembered(this.#hosts, node, () => listHosts(node, () => this.#arrangement.sortHosts));
  }

  /** A large step's hosts by how they ended; undefined when they are shown as one list. */
  hostGroups(step: StepNode): readonly HostGroupNode[] | undefined {
    if (this.#arrangement.sortHosts !== 'result') return undefined;
    return divideHosts(step)?.map(({ status, count }) => {
      const id = nodeId('hostGroup', connectionOf(step).name, executionOf(step).execution.id, step.step.id, status);
      const node = this.#once(step, id, (): HostGroupNode => ({ kind: 'hostGroup', id, parent: step, status, count }));
      node.count = count;
      return node;
    });
  }

  /** Nothing that was fetched from a connection is known any more. */
  forget(connection: Connection): void {
    const root = this.#roots.find((node) => node.connection === connection);
    if (!root) return;
    this.#executions.delete(root);
    delete root.answered;
    delete root.hostless;
  }

  /** Fetches the next page of a branch. */
  async loadMore(branch: BranchNode): Promise<void> {
    await this.#listing(branch).more();
  }

  /** Everything under `node`, or all there is, is asked for again when it is next looked at. */
  expire(node?: TreeNode): void {
    for (const branch of this.#branches(node ? [node] : this.#roots)) this.#listing(branch).expire();
  }

  isExpanded(node: TreeNode): boolean {
    return this.#expanded.has(node.id);
  }

  setExpanded(node: TreeNode, expanded: boolean): void {
    if (expanded) this.#expanded.add(node.id);
    else this.#expanded.delete(node.id);
  }

  /** Why the top shows no executions, if it failed. */
  topError(): LogError | undefined {
    const [only] = this.#roots;
    return only && this.#roots.length === 1 ? this.executions(only).error : undefined;
  }

  /** What a scope leads to, fetched where it is not known: the host, or what of it can be found. */
  async find(connection: string, scope: LogScope): Promise<ExecutionNode | StepNode | HostNode> {
    const root = this.roots().find((node) => node.connection.name === connection);
    if (!root) throw new LogError('notFound', `There is no connection “${connection}”.`);
    const execution = await this.#findExecution(root, scope.execution);
    if (scope.step === undefined) return execution;
    await this.steps(execution).load();
    const step = this.steps(execution).find(scope.step);
    if (!step) throw new LogError('notFound', `The execution has no step “${scope.step}”.`);
    if (isHostless(step)) return step;
    return (scope.host === undefined ? undefined : await this.#findHost(step, scope.host)) ?? step;
  }

  /** Every execution, step and host fetched so far. */
  *known(): Generator<ExecutionNode | StepNode | HostNode> {
    for (const branch of this.#branches(this.#roots)) yield* this.#listing(branch).nodes;
  }

  async #top(): Promise<readonly TreeNode[]> {
    const roots = this.roots();
    const [only] = roots;
    if (!only || roots.length > 1) return roots;
    const nodes = await this.#listedOf(only);
    const [first] = nodes;
    // "Nothing yet" and "it failed" are told by the view's welcome, which stands only in an empty view.
    const welcome = first?.kind === 'error' || (first?.kind === 'empty' && !this.#filtered());
    return nodes.length === 1 && welcome ? [] : nodes;
  }

  /** Nothing is asked of what is not connected. */
  async #listedOf(root: ConnectionNode): Promise<readonly TreeNode[]> {
    if (!root.connection.connected) return [this.#offlineNode(root)];
    const nodes = await this.#listed(root);
    root.answered = this.executions(root).error ?? 'well';
    return nodes;
  }

  async #listed(branch: BranchNode): Promise<readonly TreeNode[]> {
    const listing = this.#listing(branch);
    await listing.load();
    const groups = branch.kind === 'connection' ? this.#groups(branch) : undefined;
    const nodes: readonly TreeNode[] = groups?.map(({ node }) => node) ?? listing.nodes;
    const { error, notice } = listing;
    const silent = error === undefined && notice === undefined;
    return [
      ...(error ? [this.#errorNode(branch, error)] : []),
      ...(notice === undefined ? [] : [this.#noticeNode(branch, notice)]),
      ...nodes,
      ...(nodes.length === 0 && silent ? [this.#plainNode('empty', branch)] : []),
      ...(listing.hasMore ? [this.#plainNode('more', branch)] : []),
    ];
  }

  #listing(
    branch: BranchNode,
  ): Pick<
    Listing<unknown, ExecutionNode | StepNode | HostNode>,
    'load' | 'more' | 'expire' | 'nodes' | 'error' | 'notice' | 'hasMore'
  > {
    switch (branch.kind) {
      case 'connection':
        return this.executions(branch);
      case 'execution':
        return this.steps(branch);
      case 'step':
      case 'hostGroup':
        return this.hosts(branch);
    }
  }

  /** The branches among `nodes` and below them, as far as they are known. */
  *#branches(nodes: readonly TreeNode[]): Generator<BranchNode> {
    for (const node of nodes) {
      if (node.kind === 'group') yield* this.#branches(this.#membersOf(node));
      if (node.kind === 'step') yield* this.hostGroups(node) ?? [];
      if (node.kind !== 'connection' && node.kind !== 'execution' && node.kind !== 'step' && node.kind !== 'hostGroup')
        continue;
      yield node;
      yield* this.#branches(this.#listing(node).nodes);
    }
  }

  #groups(root: ConnectionNode): readonly { node: GroupNode; members: readonly ExecutionNode[] }[] | undefined {
    const { groupBy } = this.#arrangement;
    if (groupBy === 'none') return undefined;
    return groupExecutions(this.executions(root).nodes, groupBy).map(({ group, members }) => {
      const id = nodeId('group', root.connection.name, group.by, String(group.by === 'day' ? group.day : group.status));
      const node = this.#once(root, id, (): GroupNode => ({ kind: 'group', id, parent: root, group, count: 0 }));
      node.count = members.length;
      return { node, members };
    });
  }

  #membersOf(group: GroupNode): readonly ExecutionNode[] {
    return this.#groups(group.parent)?.find(({ node }) => node === group)?.members ?? [];
  }

  async #findExecution(root: ConnectionNode, id: string): Promise<ExecutionNode> {
    const listing = this.executions(root);
    await listing.load();
    const known = listing.find(id);
    if (known) return known;
    const { source } = await root.connection.open();
    return listing.add(await source.getExecution({ execution: id }));
  }

  async #findHost(step: StepNode, host: string): Promise<HostNode | undefined> {
    for (const branch of this.hostGroups(step) ?? [step]) {
      await this.hosts(branch).load();
      const node = this.hosts(branch).find(host);
      if (node) return node;
    }
    return undefined;
  }

  #errorNode(branch: BranchNode, error: LogError): TreeNode {
    const id = nodeId('error', branch.id);
    const made = this.#madeFor(branch);
    const known = made.get(id);
    if (known?.kind === 'error' && known.error === error) return known;
    const node: TreeNode = { kind: 'error', id, parent: branch, error };
    made.set(id, node);
    return node;
  }

  #noticeNode(branch: BranchNode, words: string): TreeNode {
    const id = nodeId('notice', branch.id);
    const made = this.#madeFor(branch);
    const known = made.get(id);
    if (known?.kind === 'notice' && known.words === words) return known;
    const node: TreeNode = { kind: 'notice', id, parent: branch, words };
    made.set(id, node);
    return node;
  }

  #offlineNode(root: ConnectionNode): TreeNode {
    const id = nodeId('offline', root.id);
    return this.#once(root, id, (): TreeNode => ({ kind: 'offline', id, parent: root }));
  }

  #plainNode(kind: 'empty' | 'more', branch: BranchNode): TreeNode {
    const id = nodeId(kind, branch.id);
    return this.#once(branch, id, (): TreeNode => ({ kind, id, parent: branch }));
  }

  #once<Node extends TreeNode>(branch: BranchNode, id: string, make: () => Node): Node {
    return remembered(this.#madeFor(branch), id, make) as Node;
  }

  #madeFor(branch: BranchNode): Map<string, TreeNode> {
    return remembered(this.#made, branch, () => new Map<string, TreeNode>());
  }

  #filtered(): boolean {
    return Object.keys(this.#arrangement.filter).length > 0;
  }
}

/** What asking again does not help. */
export function isRefusal({ code }: LogError): boolean {
  return code === 'unauthorized' || code === 'forbidden';
}

interface Memory<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

function remembered<Key, Value>(memory: Memory<Key, Value>, key: Key, make: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
