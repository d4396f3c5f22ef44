import { parseTime } from '../../base/parseTime.ts';
import { isFailure, isFinished, type Status } from '../../model/status.ts';
import { commandOf } from './commands.ts';
import type { DeploymentHost, DeploymentStep } from './deployment.ts';
import { remarksOf } from './remarks.ts';
import { leftAs, statusOf } from './statuses.ts';
import { fieldsOf, numberOf, recordsOf, textOf, type Fields } from './values.ts';

const kept = { stdout: 1_000, stderr: 500 };

interface Run {
  readonly status: Status;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/**
 * The steps of a file of version 2, in the plan's order. They are known by their ids: a step that is skipped takes the
 * place of the one before it in the list, and others have no entry at all.
 */
export function orchestratedSteps(json: Fields, host: string, run: Run): DeploymentStep[] {
  const planned = recordsOf(fieldsOf(json['plan'])['steps']);
  const entries = new Map<string, Entry>();
  let before = run.startedAt;
  for (const [index, said] of recordsOf(json['steps']).entries()) {
    const id = textOf(said['step_id']) ?? `${index + 1}`;
    const entry = { id, said, before };
    entries.set(id, entry);
    before = parseTime(said['timestamp'], 'local') ?? before;
  }
  const plans = new Map<string, Fields>();
  for (const [index, said] of planned.entries()) {
    const id = textOf(said['id']) ?? `${index + 1}`;
    if (!plans.has(id)) plans.set(id, said);
  }
  const unplanned = [...entries.keys()].filter((id) => !plans.has(id)).toSorted(byNumber);
  return [...plans.keys(), ...unplanned].map((id, index) => {
    const plan = plans.get(id);
    const entry = entries.get(id);
    const order = index + 1;
    if (entry) return enteredStep(entry, { order, host, run, name: plan && textOf(plan['name']) });
    const status = isFinished(run.status) ? ('skipped' as const) : ('pending' as const);
    const name = (plan && textOf(plan['name'])) ?? `Step ${id}`;
    return { id, name, order, status, hosts: [{ name: host, status }], commands: [], remarks: [], planned: true };
  });
}

interface Entry {
  readonly id: string;
  readonly said: Fields;
  /** When the step before it ended. */
  readonly before: number | undefined;
}

interface Place {
  readonly order: number;
  readonly host: string;
  readonly run: Run;
  readonly name: string | undefined;
}

function enteredStep({ id, said, before }: Entry, { order, host, run, name }: Place): DeploymentStep {
  const told = statusOf(said['status']);
  const status = isFinished(run.status) ? leftAs(told.status) : told.status;
  const at = parseTime(said['timestamp'], 'local');
  const times = isFinished(status) ? { startedAt: before ?? at, endedAt: at } : { startedAt: at };
  const message = textOf(said['error']);
  return {
    id,
    name: textOf(said['step_name']) ?? name ?? `Step ${id}`,
    order,
    ...told,
    status,
    ...(times.startedAt !== undefined && { startedAt: times.startedAt }),
    ...(times.endedAt !== undefined && { endedAt: times.endedAt }),
    ...(message !== undefined && { message }),
    hosts: hostsOf(said, host, run.status, { status, ...(message !== undefined && { message }) }),
    commands: recordsOf(said['commands']).map((command, index) => commandOf(command, index + 1, kept)),
    remarks: remarksOf(said, status === 'skipped'),
  };
}

/** Files that we write name their hosts. */
function hostsOf(said: Fields, target: string, run: Status, step: Omit<DeploymentHost, 'name'>): DeploymentHost[] {
  const named = recordsOf(said['hosts']).flatMap((host): DeploymentHost[] => {
    const name = textOf(host['name']);
    if (name === undefined) return [];
    const { status: said } = statusOf(host['status']);
    const status = isFinished(run) || isFinished(step.status) ? leftAs(said) : said;
    const exitCode = numberOf(host['exit_code']);
    const message = textOf(host['error']);
    return [
      {
        name,
        status,
        ...(exitCode !== undefined && { exitCode }),
        ...(message !== undefined && { message }),
      },
    ];
  });
  if (named.length > 0) return named;
  const last = numberOf(recordsOf(said['commands']).at(-1)?.['exit_code']);
  const exitCode = isFailure(step.status) ? last : step.status === 'succeeded' ? 0 : undefined;
  return [{ name: target, ...step, ...(exitCode !== undefined && { exitCode }) }];
}

function byNumber(one: string, other: string): number {
  return Number(one) - Number(other) || (one < other ? -1 : 1);
}
