import type { LogSink, NewExecution } from '../model/sink.ts';
import { signalCode } from './outcome.ts';
import type { Pipeline } from './pipeline/model.ts';
import { PipelineRecording, type RunEcho } from './pipeline/pipelineRecording.ts';
import { runPipeline } from './pipeline/runPipeline.ts';
import type { ChainResult } from './pipeline/runTask.ts';
import { Recording, type RecordingOptions } from './recording.ts';
import type { RunResult } from './runResult.ts';
import { Interruption, stopWords, type Stop } from './stop.ts';

export interface PipelineRun {
  /** What is known of the execution before it begins; its name is the pipeline's, its time of start is now. */
  readonly execution: Omit<NewExecution, 'startedAt' | 'kind' | 'name'>;
  readonly pipeline: Pipeline;
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs a pipeline and records it. Rejects only when the recording cannot begin. */
export async function recordPipeline(
  run: PipelineRun,
  sink: LogSink,
  echo: RunEcho,
  stop: Stop,
  options: RecordingOptions,
): Promise<RunResult> {
  const startedAt = Date.now();
  const { name, environment } = run.pipeline;
  const recording = await Recording.begin(sink, { ...run.execution, name, kind: 'pipeline', startedAt }, options);
  const context = {
    execution: recording.execution,
    directory: run.directory,
    environment: run.environment,
    pipeline: environment,
  };
  const steps = new PipelineRecording(run.pipeline, recording, echo, startedAt);
  const chain = await runPipeline(run.pipeline, context, steps, stop);
  const ending = endingOf(chain, stop);
  const endedAt = Date.now();
  const { status, message } = ending;
  const losses = await recording.finish(
    { status, ...(message !== undefined && { message }), at: endedAt },
    chain.results,
  );
  return { execution: recording.execution, ...ending, startedAt, endedAt, results: chain.results, losses };
}

function endingOf(chain: ChainResult, stop: Stop): Pick<RunResult, 'status' | 'exitCode' | 'message'> {
  if (stop.ask.aborted) {
    const reason: unknown = stop.ask.reason;
    const exitCode = reason instanceof Interruption ? signalCode(reason.signal) : 1;
    return { status: 'cancelled', exitCode, message: stopWords(stop.ask) };
  }
  if (chain.failure !== undefined) return { status: 'failed', exitCode: 1, message: chain.failure };
  return { status: 'succeeded', exitCode: 0 };
}
