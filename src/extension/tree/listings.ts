import { matchesExecution } from '../../base/matchExecution.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionSummary, HostResult, Step } from '../../model/execution.ts';
import type { ExecutionFilter, HostSort } from '../../model/query.ts';
import { Listing } from './listing.ts';
import {
  connectionOf,
  executionOf,
  nodeId,
  stepOf,
  type ConnectionNode,
  type ExecutionNode,
  type HostGroupNode,
  type HostNode,
  type StepNode,
} from './nodes.ts';

export type Executions = Listing<ExecutionSummary, ExecutionNode>;
export type Steps = Listing<Step, StepNode>;
export type Hosts = Listing<HostResult, HostNode>;

export function listExecutions(parent: ConnectionNode, filter: () => ExecutionFilter): Executions {
  return new Listing({
    pageSize: 50,
    async fetch(request) {
      const { source } = await parent.connection.open();
      parent.hostless = !source.capabilities.hosts;
      const { executions, next, notice } = await source.listExecutions({ ...request, filter: filter() });
      return { items: executions, next, notice };
    },
    key: ({ id }) => id,
    itemOf: (node) => node.execution,
    create: (execution) => ({
      kind: 'execution',
      id: nodeId('execution', parent.connection.name, execution.id),
      parent,
      execution,
    }),
    update(node, execution) {
      node.execution = execution;
    },
    async again({ id }) {
      const { source } = await parent.connection.open();
      try {
        const { steps: _, ...execution } = await source.getExecution({ execution: id });
        return execution;
      } catch (error) {
        if (LogError.from(error).code === 'notFound') return undefined;
        throw error;
      }
    },
    fits: (execution) => matchesExecution(execution, filter()),
  });
}

/** All steps at once: they come with their execution, which learns its news on the way. */
export function listSteps(parent: ExecutionNode): Steps {
  return new Listing({
    pageSize: Number.MAX_SAFE_INTEGER,
    async fetch() {
      const { source } = await connectionOf(parent).open();
      const { steps, ...execution } = await source.getExecution({ execution: parent.execution.id });
      parent.execution = execution;
      return { items: steps };
    },
    key: ({ id }) => id,
    itemOf: (node) => node.step,
    create: (step) => ({
      kind: 'step',
      id: nodeId('step', connectionOf(parent).name, parent.execution.id, step.id),
      parent,
      step,
    }),
    update(node, step) {
      node.step = step;
    },
  });
}

/** The hosts of a step, or those of them that ended one way. The step learns how its hosts are on the way. */
export function listHosts(parent: StepNode | HostGroupNode, sort: () => HostSort): Hosts {
  const scope = { execution: executionOf(parent).execution.id, step: stepOf(parent).step.id };
  const names = [connectionOf(parent).name, scope.execution, scope.step];
  const statuses = parent.kind === 'hostGroup' ? [parent.status] : undefined;
  return new Listing({
    pageSize: 200,
    async fetch(request) {
      const { source } = await connectionOf(parent).open();
      const query = { ...scope, ...request, sort: sort(), ...(statuses && { statuses }) };
      const { hosts, next, counts } = await source.getStepResult(query);
      stepOf(parent).step = { ...stepOf(parent).step, hosts: counts };
      return { items: hosts, next };
    },
    key: ({ id }) => id,
    itemOf: (node) => node.host,
    create: (host) => ({
      kind: 'host',
      // A host that moves between groups must not be known twice.
      id: nodeId('host', ...names, host.id, ...(statuses ?? [])),
      parent,
      host,
    }),
    update(node, host) {
      node.host = host;
    },
  });
}
