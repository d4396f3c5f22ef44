import { parseTime } from '../../base/parseTime.ts';
import type { Status } from '../../model/status.ts';
import { commandOf } from './commands.ts';
import type { Command, DeploymentStep, Remark } from './deployment.ts';
import { interactionOf } from './remarks.ts';
import { fieldsOf, isFields, numberOf, recordsOf, textOf, type Fields } from './values.ts';

const kept = { stdout: 2_000, stderr: Number.POSITIVE_INFINITY };

/** A file of version 1 knows no steps, only what an agent did again and again: that is one step. */
export function iteratedSteps(
  json: Fields,
  host: string,
  run: { readonly status: Status; readonly startedAt?: number; readonly endedAt?: number },
): DeploymentStep[] {
  const commands: Command[] = [];
  const remarks: Remark[] = [];
  for (const [index, said] of recordsOf(json['steps']).entries()) {
    if (isCommand(said)) commands.push(executed(said, index + 1));
    else remarks.push(...remarked(said));
  }
  if (commands.length === 0 && remarks.length === 0) return [];
  const exitCode = commands.at(-1)?.exitCode;
  const hosts = [{ name: host, status: run.status, ...(exitCode !== undefined && { exitCode }) }];
  return [{ id: '1', name: 'Deployment', order: 1, ...run, hosts, commands, remarks }];
}

function isCommand(said: Fields): boolean {
  return said['action'] === 'execute' || (said['action'] === undefined && said['command'] !== undefined);
}

function executed(said: Fields, iteration: number): Command {
  const { command, reasoning, timestamp, result } = said;
  const of = { command, reasoning, timestamp, iteration: numberOf(said['iteration']) ?? iteration };
  if (isFields(result)) return commandOf({ ...result, ...of }, iteration, kept);
  const success = result === 'SUCCESS' || (result === 'FAILED' ? false : undefined);
  return commandOf({ ...of, success, ...(!isVerdict(result) && { stdout: result }) }, iteration, kept);
}

function remarked(said: Fields): Remark[] {
  const time = parseTime(said['timestamp'], 'local');
  const verdict = textOf(said['message']) ?? textOf(said['reasoning']);
  const action = textOf(said['action']) ?? 'said';
  const own: Remark[] =
    action === 'ask_user'
      ? interactionOf({ question: said['question'] ?? said['message'], ...fieldsOf(said['result']) })
      : verdict === undefined
        ? []
        : [
            {
              words: `${action}: ${verdict}`,
              ...(said['result'] === 'FAILED' || action === 'failed' ? { error: true } : {}),
            },
          ];
  return own.map((remark) => ({ ...remark, ...(time !== undefined && { time }) }));
}

function isVerdict(result: unknown): boolean {
  return result === undefined || result === null || result === 'SUCCESS' || result === 'FAILED';
}
