import { isFailure } from '../../model/status.ts';
import type { HostResult } from '../runResult.ts';
import { stopWords, type Stop } from '../stop.ts';
import type { Host, Task } from './model.ts';
import type { PipelineRecording } from './pipelineRecording.ts';
import type { RunContext } from './runContext.ts';
import { runStep } from './runStep.ts';

/** What a task, a module and a pipeline return: the results of their steps, and why they failed if they did. */
export interface ChainResult {
  readonly results: readonly HostResult[];
  readonly failure?: string;
}

/** Runs a task's steps one after another on each host, and hosts side by side as far as `concurrency` allows. */
export async function runTask(
  task: Task,
  context: RunContext,
  recording: PipelineRecording,
  stop: Stop,
): Promise<ChainResult> {
  const siblings = new AbortController();
  const hostStop: Stop = { ask: AbortSignal.any([stop.ask, siblings.signal]), kill: stop.kill };
  const results: HostResult[] = [];
  let failure: string | undefined;
  const waiting = task.hosts.values();
  const work = async () => {
    for (const host of waiting) {
      const ended = await runHost(task, host, context, recording, hostStop);
      results.push(...ended.results);
      if (ended.failure === undefined) continue;
      failure ??= ended.failure;
      if (task.failFast) siblings.abort(new Error(ended.failure));
    }
  };
  await Promise.all(Array.from({ length: Math.min(task.concurrency, task.hosts.length) }, work));
  return { results, ...(failure !== undefined && { failure }) };
}

async function runHost(
  task: Task,
  host: Host,
  context: RunContext,
  recording: PipelineRecording,
  stop: Stop,
): Promise<ChainResult> {
  const results: HostResult[] = [];
  let failure: string | undefined;
  for (const step of task.steps) {
    const reason = failure ?? (stop.ask.aborted ? stopWords(stop.ask) : undefined);
    if (reason !== undefined) {
      results.push(recording.skip(step, host, `not run: ${reason}`));
      continue;
    }
    const result = await runStep(step, host, context, recording, stop);
    results.push(result);
    if (isFailure(result.status) && !result.ignored) failure = `"${step.name}" ${wordFor(result)} on ${host.name}`;
  }
  return { results, ...(failure !== undefined && { failure }) };
}

/** The results of a task that is not run. */
export function skipTask(task: Task, recording: PipelineRecording, reason: string): HostResult[] {
  return task.hosts.flatMap((host) => task.steps.map((step) => recording.skip(step, host, `not run: ${reason}`)));
}

function wordFor(result: HostResult): string {
  if (result.status === 'failed') return 'failed';
  return result.status === 'timedOut' ? 'took too long' : 'was cancelled';
}
