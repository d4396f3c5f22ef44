import { parseTime } from '../../base/parseTime.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import { isFinished } from '../../model/status.ts';
import type { Deployment, DeploymentStep } from './deployment.ts';
import type { FileRead, FileState } from './files.ts';
import { leftAs } from './statuses.ts';

/** How long a file may be damaged before it is said, in milliseconds: it may just be being written. */
export const damagedAfter = 10_000;

/** `deploy_<name>_<YYYYmmdd>_<HHMMSS>`, `deploy_local_…` of version 1. */
const named = /^(?:.*\/)?deploy_(?:local_)?(.*)_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/s;

/** When a run began, as its file's name says, else when the file was last written. Milliseconds since the epoch. */
export function beganAt({ id, changedAt }: FileState): number {
  const [, , year, month, day, hour, minute, second] = named.exec(id) ?? [];
  return parseTime(`${year}-${month}-${day}T${hour}:${minute}:${second}`, 'local') ?? changedAt;
}

/** A row of the list. */
export function summaryOf(file: FileState, deployment: Deployment | undefined, now: number): ExecutionSummary {
  const began = beganAt(file);
  const about = { id: file.id, name: named.exec(file.id)?.[1] ?? file.id, kind: 'deployment' };
  if (file.refused !== undefined || !deployment) {
    const message = file.refused ?? (now - file.changedAt > damagedAfter ? damagedWords : undefined);
    return { ...about, status: 'unknown', createdAt: began, ...(message !== undefined && { message }) };
  }
  const { name = about.name, steps: _, ...said } = deployment;
  return { ...about, name, createdAt: said.startedAt ?? began, ...said };
}

const damagedWords = 'The file is damaged: it holds no deployment log, or only a part of one.';

/** What a file says, but for a run that nobody writes any longer: that is interrupted. `stale` in milliseconds. */
export function asFarAsWritten({ file, deployment }: FileRead, stale: number, now: number): Deployment | undefined {
  if (!deployment || isFinished(deployment.status) || now - file.changedAt < stale) return deployment;
  const since = durationWords(now - file.changedAt);
  const message = `The file has not changed for ${since}: what wrote it is gone, or has been stuck since.`;
  const steps = deployment.steps.map(interrupted);
  return { ...deployment, status: 'interrupted', endedAt: file.changedAt, message, steps };
}

function interrupted(step: DeploymentStep): DeploymentStep {
  const hosts = step.hosts.map((host) => ({ ...host, status: leftAs(host.status) }));
  return { ...step, status: leftAs(step.status), hosts };
}

function durationWords(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 2) return `${Math.floor(milliseconds / 1_000)} s`;
  if (minutes < 120) return `${minutes} minutes`;
  return minutes < 2_880 ? `${Math.floor(minutes / 60)} hours` : `${Math.floor(minutes / 1_440)} days`;
}
