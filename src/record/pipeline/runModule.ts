import type { HostResult } from '../runResult.ts';
import { stopWords, type Stop } from '../stop.ts';
import { localHost, type Module, type Step, type Task } from './model.ts';
import type { PipelineRecording } from './pipelineRecording.ts';
import type { RunContext } from './runContext.ts';
import { runTask, skipTask, type ChainResult } from './runTask.ts';

/** Runs a module: before its tasks `pre`, after them `post` whatever happened. */
export function runModule(
  module: Module,
  context: RunContext,
  recording: PipelineRecording,
  stop: Stop,
): Promise<ChainResult> {
  const parts = module.tasks.map((task) => ({
    run: async () => {
      const result = await runTask(task, context, recording, stop);
      return task.ignoreError ? { results: result.results } : result;
    },
    skip: (reason: string) => skipTask(task, recording, reason),
  }));
  return runBetween(module, parts, context, recording, stop);
}

/** The results of a module that is not run. */
export function skipModule(module: Module, recording: PipelineRecording, reason: string): HostResult[] {
  const tasks = [hook(module.pre), ...module.tasks, hook(module.post)];
  return tasks.flatMap((task) => skipTask(task, recording, reason));
}

interface Part {
  run(): Promise<ChainResult>;
  skip(reason: string): readonly HostResult[];
}

/** Runs parts one after another up to the first failure, between the hooks of the whole. */
export async function runBetween(
  hooks: { readonly pre: readonly Step[]; readonly post: readonly Step[] },
  parts: readonly Part[],
  context: RunContext,
  recording: PipelineRecording,
  stop: Stop,
): Promise<ChainResult> {
  const pre = await runTask(hook(hooks.pre), context, recording, stop);
  const results = [...pre.results];
  let failure = pre.failure;
  for (const part of parts) {
    if (failure === undefined && stop.ask.aborted) failure = stopWords(stop.ask);
    if (failure !== undefined) {
      results.push(...part.skip(failure));
      continue;
    }
    const result = await part.run();
    results.push(...result.results);
    failure = result.failure;
  }
  // Cleaning up is done after a stop, too; only a kill ends it.
  const post = await runTask(hook(hooks.post), context, recording, { ask: stop.kill, kill: stop.kill });
  results.push(...post.results);
  failure ??= post.failure;
  return { results, ...(failure !== undefined && { failure }) };
}

/** The steps of a hook are run here, one after another. */
function hook(steps: readonly Step[]): Task {
  return { name: '', hosts: [localHost], concurrency: 1, ignoreError: false, failFast: true, steps };
}
