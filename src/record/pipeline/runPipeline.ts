import type { Stop } from '../stop.ts';
import type { Pipeline } from './model.ts';
import type { PipelineRecording } from './pipelineRecording.ts';
import type { RunContext } from './runContext.ts';
import { runBetween, runModule, skipModule } from './runModule.ts';
import type { ChainResult } from './runTask.ts';

/** Runs a pipeline's modules one after another; the first that fails is the last, but for the hooks in `post`. */
export function runPipeline(
  pipeline: Pipeline,
  context: RunContext,
  recording: PipelineRecording,
  stop: Stop,
): Promise<ChainResult> {
  const parts = pipeline.modules.map((module) => ({
    run: () =>
      module.enabled
        ? runModule(module, context, recording, stop)
        : Promise.resolve({ results: skipModule(module, recording, `module "${module.name}" is switched off`) }),
    skip: (reason: string) => skipModule(module, recording, reason),
  }));
  return runBetween(pipeline, parts, context, recording, stop);
}
