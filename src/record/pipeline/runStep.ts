import { runProcess, type ProcessEnd } from '../childProcess.ts';
import { outcomeOf } from '../outcome.ts';
import type { Output } from '../outputPump.ts';
import type { HostResult } from '../runResult.ts';
import { runSteered } from '../steered/runSteered.ts';
import type { Stop } from '../stop.ts';
import type { Host, Script, Step } from './model.ts';
import type { PipelineRecording } from './pipelineRecording.ts';
import { processOf, type RunContext } from './runContext.ts';
import { steeredStart } from './steeredStart.ts';

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
  const run = (script: Script, output: Output): Promise<ProcessEnd> => {
    const steered = steeredStart(script, step, host, context);
    if (steered) return runSteered(steered, output, stop);
    return runProcess(processOf(script, step, host, context), output, stop);
  };
  if (step.check !== undefined) {
    const check = await run(step.check, nowhere);
    const checked = outcomeOf(check, step.timeout);
    if (checked.status === 'succeeded')
      return running.end({ status: 'skipped', message: 'nothing to do, says its check' });
    if (checked.status === 'cancelled' || check.unreached) return running.end(checked, check);
  }
  const end = await run(step.run, running.output);
  return running.end(outcomeOf(end, step.timeout), end);
}
