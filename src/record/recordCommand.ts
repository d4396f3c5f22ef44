import type { LogSink, NewExecution } from '../model/sink.ts';
import { runProcess } from './childProcess.ts';
import { colourful } from './environment.ts';
import type { HostLog } from './hostLog.ts';
import { outcomeOf } from './outcome.ts';
import type { Output } from './outputPump.ts';
import { Recording, type RecordingOptions } from './recording.ts';
import type { HostResult, RunResult } from './runResult.ts';
import type { Stop } from './stop.ts';

export interface CommandRun {
  /** What is known of the execution before it begins; its time of start is now. */
  readonly execution: Omit<NewExecution, 'startedAt' | 'kind'>;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly hostName: string;
}

/** Shows a command to whoever waits for it. */
export interface CommandEcho extends Output {
  /** The recording has begun, and now the command begins. */
  begins?(): void;
  /** It has ended, and nothing more is written. */
  ends?(result: HostResult): void;
}

export const commandStep = 'command';
const host = 'local';

/** Runs one command as if we were not there, and records it. Rejects only when the recording cannot begin. */
export async function recordCommand(
  run: CommandRun,
  sink: LogSink,
  echo: CommandEcho,
  stop: Stop,
  options: RecordingOptions,
): Promise<RunResult> {
  const startedAt = Date.now();
  const recording = await Recording.begin(sink, { ...run.execution, kind: 'command', startedAt }, options);
  const steps = recording.step({
    step: commandStep,
    name: run.command,
    order: 1,
    hosts: [{ id: host, name: run.hostName }],
    at: startedAt,
  });
  const log = steps.begin(host, startedAt);
  echo.begins?.();
  const end = await runProcess(
    { ...run, environment: colourful(run.environment), terminal: 'ours' },
    both(log, echo),
    stop,
  );
  const outcome = outcomeOf(end);
  const endedAt = Date.now();
  if (end.failure !== undefined) log.note(end.failure);
  if (end.leftOpen) log.note(leftOpenWords);
  void steps.end(host, { ...outcome, at: endedAt }, log);
  const result = (): HostResult => ({
    ...{ step: commandStep, order: 1, name: run.command, path: [], host },
    ...outcome,
    startedAt,
    endedAt,
    lines: log.lines,
  });
  echo.ends?.(result());
  const { status, message } = outcome;
  const ending = { status, ...(message !== undefined && { message }), at: endedAt };
  const losses = await recording.finish(ending, [result()]);
  return {
    execution: recording.execution,
    ...outcome,
    exitCode: outcome.exitCode ?? 1,
    startedAt,
    endedAt,
    results: [result()],
    losses,
  };
}

export const leftOpenWords = 'Something the command left running goes on; what it writes from now on is not recorded.';

/** Output that goes to the log and to the echo, no faster than both take it. */
export function both(log: Pick<HostLog | Output, 'write'>, echo: Output): Output {
  return {
    ...(echo.gone && { gone: echo.gone }),
    write(stream, chunk) {
      const echoed = echo.write(stream, chunk);
      const logged = log.write(stream, chunk);
      if (echoed && logged) return Promise.all([echoed, logged]).then(() => undefined);
      return echoed ?? logged;
    },
  };
}
