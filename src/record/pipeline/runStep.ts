import { runProcess } from '../childProcess.ts';
import { outcomeOf } from '../outcome.ts';
import type { Output } from '../outputPump.ts';
import type { HostResult } from '../runResult.ts';
import type { Stop } from '../stop.ts';
import type { Host, Step } from './model.ts';
import type { PipelineRecording } from './pipelineRecording.ts';
import { processOf, type RunContext } from './runContext.ts';

const nowhere: Output = { write: () => undefined };

/** Runs one step on one host and returns how that went. */
export async function runStep(
  step: Step,
  host: Host,
  context: RunContext,
  recording: PipelineRecording,
  stop: Stop,
): Promise<HostResult> {
  const running = recording.begin(step, host);
  if (step.check !== undefined) {
    const check = await runProcess(processOf(step.check, step, host, context), nowhere, stop);
    const checked = outcomeOf(check, step.timeout);
    if (checked.status === 'succeeded')
      return running.end({ status: 'skipped', message: 'nothing to do, says its check' });
    if (checked.status === 'cancelled') return running.end(checked);
  }
  const end = await runProcess(processOf(step.run, step, host, context), running.output, stop);
  return running.end(outcomeOf(end, step.timeout), end);
}
