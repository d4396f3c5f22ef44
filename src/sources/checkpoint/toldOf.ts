import type { Told } from '../../held/transcript.ts';
import type { ExecutionSummary, HostResult, Step } from '../../model/execution.ts';
import { isFinished, type Status } from '../../model/status.ts';
import type { NodeState, RunState } from './readState.ts';

/** A run as it is known: the last state that was read, and whether its file has gone since. */
export interface Run {
  readonly id: string;
  readonly state: RunState;
  /** When the file was seen to be gone. */
  readonly goneAt?: number;
}

/** One row of the list. */
export function summaryOf({ id, state, goneAt }: Run): ExecutionSummary {
  const { name, startedAt, updatedAt } = state;
  const status = statusOf({ id, state, ...(goneAt !== undefined && { goneAt }) });
  const endedAt = isFinished(status) ? (updatedAt ?? goneAt) : undefined;
  const created = startedAt ?? updatedAt;
  const deleted = goneAt !== undefined && status === 'succeeded';
  const message = deleted ? 'The checkpoint is gone: kubexm deletes it when all went well.' : state.message;
  return {
    id,
    name: name === '' ? id : name,
    kind: 'checkpoint',
    status,
    ...(state.rawStatus !== undefined && !deleted && { rawStatus: state.rawStatus }),
    ...(created !== undefined && { createdAt: created }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(message !== undefined && { message }),
  };
}

/** Everything that a run's last state tells, apart from its lines. */
export function toldOf(run: Run): Told {
  const summary = summaryOf(run);
  const steps = run.state.nodes.map((node, index): Step => {
    const { id, name, status, hosts: _, ...said } = node;
    return { id, name, ...said, status: settled(status, summary.status), order: index + 1 };
  });
  const hosts = run.state.nodes.map((node) => [node.id, hostsOf(node, summary.status)] as const);
  return { execution: { ...summary, steps }, hosts: new Map(hosts) };
}

function hostsOf(node: NodeState, run: Status): HostResult[] {
  return node.hosts.map(({ stdout: _, stderr: __, status, ...said }) => ({
    name: said.id,
    ...said,
    status: settled(status, run),
  }));
}

/** A file is deleted on success only. */
function statusOf({ state, goneAt }: Run): Status {
  if (goneAt === undefined || isFinished(state.status)) return state.status;
  return state.nodes.some(({ status }) => status === 'failed') ? 'interrupted' : 'succeeded';
}

/** What the last state left open has gone like its run. */
function settled(status: Status, run: Status): Status {
  if (!isFinished(run) || isFinished(status)) return status;
  if (status === 'pending') return 'skipped';
  return run === 'succeeded' ? 'succeeded' : 'interrupted';
}
