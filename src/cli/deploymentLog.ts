import { hostname } from 'node:os';
import type { DeploymentLog } from '../record/deploymentLog/deploymentLog.ts';
import { localHost, type Host, type Pipeline, type Step } from '../record/pipeline/model.ts';
import { stepsOf, type RunEcho } from '../record/pipeline/pipelineRecording.ts';
import { commandStep, type CommandEcho } from '../record/recordCommand.ts';
import type { RunResult } from '../record/runResult.ts';
import { usageError, type Option, type Words } from './commandLine.ts';
import { currentFolder } from './currentFolder.ts';
import { userName } from './userName.ts';
import { version } from './version.ts';

export const deploymentLogOption: Option = {
  type: 'string',
  value: 'folder',
  help: 'Keep the run there as a deployment log, too: a JSON file that is written after every command',
};

/** A run that may be kept as a deployment log while it is shown. */
export interface KeptRun<Echo> {
  readonly echo: Echo;
  finish(result: RunResult): void;
}

type Report = (words: string) => void;

/** A command, which is told as a run of one step. */
export async function keepCommand(
  echo: CommandEcho,
  words: Words,
  run: { readonly execution: string; readonly name: string; readonly command: readonly [string, ...string[]] },
  report: Report,
): Promise<KeptRun<CommandEcho>> {
  const [name] = run.command;
  const step: Step = {
    ...{ id: commandStep, order: 1, name, path: [], run: run.command },
    environment: {},
    ignoreError: false,
  };
  const log = await openLog(words, { ...run, kind: 'command', steps: [[step, [localHost]]] }, report);
  if (!log) return { echo, finish: () => {} };
  const { commandBesides } = await import('../record/deploymentLog/besides.ts');
  return { echo: commandBesides(echo, log, step), finish: (result) => log.finish(result) };
}

export async function keepPipeline(
  echo: RunEcho,
  words: Words,
  run: { readonly execution: string; readonly pipeline: Pipeline },
  report: Report,
): Promise<KeptRun<RunEcho>> {
  const { execution, pipeline } = run;
  const steps = [...stepsOf(pipeline)];
  const log = await openLog(words, { execution, name: pipeline.name, kind: 'pipeline', steps }, report);
  if (!log) return { echo, finish: () => {} };
  const { besides } = await import('../record/deploymentLog/besides.ts');
  return { echo: besides(echo, log), finish: (result) => log.finish(result) };
}

interface Told {
  readonly execution: string;
  readonly name: string;
  readonly kind: 'command' | 'pipeline';
  readonly steps: readonly (readonly [Step, readonly Host[]])[];
}

async function openLog(words: Words, run: Told, report: Report): Promise<DeploymentLog | undefined> {
  const folder = words.text('deployment-log');
  if (folder === undefined) return undefined;
  if (folder === '') throw usageError('--deployment-log names no folder.');
  const { DeploymentLog: Log } = await import('../record/deploymentLog/deploymentLog.ts');
  const { execution, name, kind, steps } = run;
  const here = { directory: currentFolder(), hostName: hostname(), user: userName() };
  const writer = `execlogs ${version}`;
  return new Log(folder, { execution, name, kind, steps, ...here, writer, startedAt: Date.now() }, report);
}
