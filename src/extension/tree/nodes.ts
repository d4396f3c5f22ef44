import type { LogError } from '../../model/errors.ts';
import type { ExecutionSummary, HostResult, Step } from '../../model/execution.ts';
import type { LogScope } from '../../model/query.ts';
import type { Status } from '../../model/status.ts';
import type { LogAddress } from '../../bridge/logHost.ts';
import type { Connection } from '../connection.ts';

/**
 * What the tree shows. A node keeps its identity and its id for as long as what it stands for is known; what
 * is known about it (`execution`, `step`, `host`, `count`) is replaced when it changes.
 */
export type TreeNode =
  | ConnectionNode
  | GroupNode
  | ExecutionNode
  | StepNode
  | HostGroupNode
  | HostNode
  | MoreNode
  | ErrorNode
  | EmptyNode
  | NoticeNode
  | OfflineNode;

/** Nodes whose children are fetched when they are first expanded. */
export type BranchNode = ConnectionNode | ExecutionNode | StepNode | HostGroupNode;

export interface ConnectionNode {
  readonly kind: 'connection';
  readonly id: string;
  readonly parent: undefined;
  readonly connection: Connection;
  /** What came of the last time it was asked; not yet asked when absent. */
  answered?: 'well' | LogError;
  /** Its steps have no hosts: a step is its log. */
  hostless?: boolean;
}

/** Executions of one day or with one status. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly parent: ConnectionNode;
  readonly group: Group;
  count: number;
}

export type Group = { readonly by: 'day'; readonly day: number } | { readonly by: 'status'; readonly status: Status };

export interface ExecutionNode {
  readonly kind: 'execution';
  readonly id: string;
  readonly parent: ConnectionNode;
  execution: ExecutionSummary;
}

export interface StepNode {
  readonly kind: 'step';
  readonly id: string;
  readonly parent: ExecutionNode;
  step: Step;
}

/** The hosts of a large step that ended alike. */
export interface HostGroupNode {
  readonly kind: 'hostGroup';
  readonly id: string;
  readonly parent: StepNode;
  readonly status: Status;
  count: number;
}

export interface HostNode {
  readonly kind: 'host';
  readonly id: string;
  readonly parent: StepNode | HostGroupNode;
  host: HostResult;
}

/** Stands for the pages not yet fetched. */
export interface MoreNode {
  readonly kind: 'more';
  readonly id: string;
  readonly parent: BranchNode;
}

export interface ErrorNode {
  readonly kind: 'error';
  readonly id: string;
  readonly parent: BranchNode;
  readonly error: LogError;
}

export interface EmptyNode {
  readonly kind: 'empty';
  readonly id: string;
  readonly parent: BranchNode;
}

/** Tells what is missing from a branch though nothing failed. */
export interface NoticeNode {
  readonly kind: 'notice';
  readonly id: string;
  readonly parent: BranchNode;
  readonly words: string;
}

/** Stands for what a connection would show, were it connected. */
export interface OfflineNode {
  readonly kind: 'offline';
  readonly id: string;
  readonly parent: ConnectionNode;
}

/** An id that cannot collide, whatever the names are. */
export function nodeId(kind: TreeNode['kind'], ...names: readonly string[]): string {
  return [kind, ...names.map(encodeURIComponent)].join('/');
}

export function executionOf(node: ExecutionNode | StepNode | HostGroupNode | HostNode): ExecutionNode {
  return node.kind === 'execution' ? node : executionOf(node.parent);
}

export function stepOf(node: StepNode | HostGroupNode | HostNode): StepNode {
  return node.kind === 'step' ? node : stepOf(node.parent);
}

/** True where a step has no hosts to choose from. */
export function isHostless(node: ExecutionNode | StepNode): boolean {
  return executionOf(node).parent.hostless === true;
}

export function connectionOf(node: TreeNode): Connection {
  return node.kind === 'connection' ? node.connection : connectionOf(node.parent);
}

/** The log a node stands for; wider than a host's for steps and executions. */
export function addressOf(node: ExecutionNode | StepNode | HostNode): LogAddress {
  return { connection: connectionOf(node).name, scope: scopeOf(node) };
}

function scopeOf(node: ExecutionNode | StepNode | HostNode): LogScope {
  const execution = executionOf(node).execution.id;
  if (node.kind === 'execution') return { execution };
  const step = stepOf(node).step.id;
  return node.kind === 'step' ? { execution, step } : { execution, step, host: node.host.id };
}
