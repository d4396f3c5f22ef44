import { posix, resolve } from 'node:path';
import { colourful } from '../environment.ts';
import type { SteeredStart } from '../steered/runSteered.ts';
import { shellCommand, shellWord } from '../steered/shellWords.ts';
import type { Host, Script, Step } from './model.ts';
import { saidEnvironment, type RunContext } from './runContext.ts';

/** How a script of a step is started on a host of another machine, or by sudo; undefined where neither is said. */
export function steeredStart(script: Script, step: Step, host: Host, context: RunContext): SteeredStart | undefined {
  if (!host.ssh && !step.sudo) return undefined;
  const shell = step.sudo ? ['sudo', '-n', ...asUser(step.sudo.user), '--', 'sh', '-s'] : ['sh', '-s'];
  const [command = 'sh', ...rest] = host.ssh ? overSsh(host.ssh, shell) : shell;
  const directory = host.ssh ? remoteDirectory(step, host) : localDirectory(step, host, context);
  return {
    shell: { command, arguments: rest, directory: context.directory, environment: context.environment },
    work: {
      script: typeof script === 'string' ? script : `exec ${shellCommand(script)}`,
      environment: environmentOf(step, host, context),
      ...(directory !== undefined && { directory }),
    },
    place: host.name,
    ...(step.timeout !== undefined && { timeout: step.timeout }),
  };
}

function asUser(user: string | undefined): string[] {
  return user === undefined ? [] : ['-u', user];
}

/** The user's own ssh, which asks for nothing. What it passes to the other side is for any login shell. */
function overSsh({ destination, options }: NonNullable<Host['ssh']>, shell: readonly string[]): string[] {
  const words = shell.map((word) => (/^[\w./-]+$/.test(word) ? word : shellWord(word)));
  return ['ssh', '-T', '-o', 'BatchMode=yes', ...options, '--', destination, `exec ${words.join(' ')}`];
}

/** Nothing of our own environment belongs there but whether to use colours. */
function environmentOf(step: Step, host: Host, context: RunContext): Record<string, string> {
  const said = saidEnvironment(step, host, context);
  const { FORCE_COLOR, CLICOLOR_FORCE } = colourful({ ...context.environment, ...said });
  return {
    ...(FORCE_COLOR !== undefined && { FORCE_COLOR }),
    ...(CLICOLOR_FORCE !== undefined && { CLICOLOR_FORCE }),
    ...said,
  };
}

function localDirectory(step: Step, host: Host, context: RunContext): string {
  return resolve(context.directory, host.directory ?? '.', step.directory ?? '.');
}

/** Undefined for where ssh begins. */
function remoteDirectory(step: Step, host: Host): string | undefined {
  const named = [host.directory, step.directory].filter((name) => name !== undefined);
  if (named.length === 0) return undefined;
  const last = named.findLastIndex((name) => posix.isAbsolute(name));
  return posix.join(...named.slice(Math.max(0, last)));
}
