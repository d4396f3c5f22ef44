import { resolve } from 'node:path';
import type { ProcessStart } from '../childProcess.ts';
import { colourful } from '../environment.ts';
import type { Environment, Host, Script, Step } from './model.ts';

/** What steps find around them, and nothing else: how a run goes on is told by results alone. */
export interface RunContext {
  readonly execution: string;
  readonly directory: string;
  /** Our own. */
  readonly environment: NodeJS.ProcessEnv;
  /** What the pipeline says for all its steps. */
  readonly pipeline: Environment;
}

/** How a script of a step is started on a host. */
export function processOf(script: Script, step: Step, host: Host, context: RunContext): ProcessStart {
  const [command, ...rest] = typeof script === 'string' ? shell(script) : script;
  return {
    command,
    arguments: rest,
    directory: resolve(context.directory, host.directory ?? '.', step.directory ?? '.'),
    environment: colourful({ ...context.environment, ...saidEnvironment(step, host, context) }),
    terminal: 'own',
    ...(step.timeout !== undefined && { timeout: step.timeout }),
  };
}

/** What a step finds in its environment because the pipeline, the host or the step says so, and what it is. */
export function saidEnvironment(step: Step, host: Host, context: RunContext): Environment {
  const told = { EXECLOGS_EXECUTION: context.execution, EXECLOGS_STEP: step.id, EXECLOGS_HOST: host.name };
  return { ...context.pipeline, ...host.environment, ...step.environment, ...told };
}

/** A script of several lines ends at its first failing one. */
function shell(script: string): [string, ...string[]] {
  return process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', script] : ['sh', '-ec', script];
}
