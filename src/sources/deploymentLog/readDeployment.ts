import { parseTime } from '../../base/parseTime.ts';
import { isFinished } from '../../model/status.ts';
import type { Deployment, DeploymentStep } from './deployment.ts';
import { iteratedSteps } from './iterations.ts';
import { orchestratedSteps } from './orchestrated.ts';
import { endingOf } from './remarks.ts';
import { statusOf } from './statuses.ts';
import { fieldsOf, isFields, textOf, type Fields } from './values.ts';

/** What a deployment log says; undefined for JSON that is none. Fields that are missing or of a wrong type say nothing. */
export function readDeployment(json: unknown): Deployment | undefined {
  if (!isFields(json) || !isDeployment(json)) return undefined;
  const about = { ...statusOf(json['status']), ...timesOf(json) };
  const name = nameOf(textOf(json['repo_url']));
  const user = textOf(json['user']);
  const host = targetOf(json);
  const orchestrated = json['version'] !== undefined || json['mode'] === 'orchestrator' || hasStepIds(json['steps']);
  const steps = orchestrated ? orchestratedSteps(json, host, about) : iteratedSteps(json, host, about);
  const message = messageOf(json, about.status, steps);
  return {
    ...about,
    ...(name !== undefined && { name }),
    ...(user !== undefined && { user }),
    ...(message !== undefined && { message }),
    steps: [...steps, ...summarySteps(json, host, steps.length + 1, about.endedAt)],
  };
}

function isDeployment(json: Fields): boolean {
  return ['steps', 'plan', 'repo_url', 'start_time'].some((key) => Object.hasOwn(json, key));
}

function hasStepIds(steps: unknown): boolean {
  return Array.isArray(steps) && steps.some((step) => Object.hasOwn(fieldsOf(step), 'step_id'));
}

function timesOf(json: Fields): { readonly startedAt?: number; readonly endedAt?: number } {
  const startedAt = parseTime(json['start_time'], 'local');
  const endedAt = parseTime(json['end_time'], 'local');
  return { ...(startedAt !== undefined && { startedAt }), ...(endedAt !== undefined && { endedAt }) };
}

/** `https://github.com/a/shop.git` and `git@host:a/shop.git` are `shop`; a name is itself. */
function nameOf(repository: string | undefined): string | undefined {
  if (repository === undefined) return undefined;
  const isAddress = /^[\w.+-]+:\/\/|^[\w.-]+@[\w.-]+:|\.git\/?$|^[/~.]|^[a-z]:\\/i.test(repository);
  const last = isAddress ? repository.split(/[/\\:]/).findLast((part) => part !== '') : repository;
  return last?.replace(/\.git$/, '').slice(0, 200) ?? repository;
}

/** `deploy@10.0.0.5`; version 1 writes `local:<node>` for a deployment without SSH. */
function targetOf(json: Fields): string {
  const target = textOf(fieldsOf(json['host_info'])['target']) ?? textOf(json['target']);
  return target === undefined || target.startsWith('local:') ? 'local' : target;
}

function messageOf(json: Fields, status: Deployment['status'], steps: readonly DeploymentStep[]): string | undefined {
  const said = textOf(json['message']) ?? textOf(json['error']);
  if (said !== undefined || !isFinished(status) || status === 'succeeded') return said;
  return steps.findLast((step) => step.status === 'failed' && step.message !== undefined)?.message;
}

/** What a run says at its end stands after all steps, in a place of its own: a step that has ended says no more. */
function summarySteps(json: Fields, host: string, order: number, endedAt: number | undefined): DeploymentStep[] {
  const remarks = endingOf(json);
  if (remarks.length === 0) return [];
  const ended = endedAt !== undefined && { startedAt: endedAt, endedAt };
  const hosts = [{ name: host, status: 'succeeded' as const }];
  return [{ id: 'summary', name: 'Summary', order, status: 'succeeded', ...ended, hosts, commands: [], remarks }];
}
