import { resolve } from 'node:path';
import type { ProcessStart } from '../childProcess.ts';
import { colourful } from '../environment.ts';
import type { Host, Script, Step } from './model.ts';

/** What steps find around them, and nothing else: how a run goes on is told by results alone. */
export interface RunContext {
  readonly execution: string;
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** How a script of a step is started on a host. */
export function processOf(script: Script, step: Step, host: Host, context: RunContext): ProcessStart {
  const [command, ...rest] = typeof script === 'string' ? shell(script) : script;
  const told = { EXECLOGS_EXECUTION: context.execution, EXECLOGS_STEP: step.id, EXECLOGS_HOST: host.name };
  return {
    command,
    arguments: rest,
    directory: resolve(context.directory, host.directory ?? '.', step.directory ?? '.'),
    environment: colourful({ ...context.environment, ...host.environment, ...step.environment, ...told }),
    terminal: 'own',
    ...(step.timeout !== undefined && { timeout: step.timeout }),
  };
}

/** A script of several lines ends at its first failing one. */
function shell(script: string): [string, ...string[]] {
  return process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', script] : ['sh', '-ec', script];
}
