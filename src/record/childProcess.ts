import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { onAbort } from '../base/abort.ts';
import { LogError } from '../model/errors.ts';
import { Ending } from './ending.ts';
import { openOutputPipes, type OutputPipes } from './outputPipes.ts';
import { OutputPump, type Output } from './outputPump.ts';
import { groupTarget, processTarget, type SignalTarget } from './signalTarget.ts';
import { stopWords, type Stop } from './stop.ts';

export interface ProcessStart {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** `own`: nothing to read, and a process group of its own that is ended as a whole; `ours`: as if we were not there. */
  readonly terminal: 'own' | 'ours';
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface ProcessEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
  readonly timedOut: boolean;
  /** It was asked to stop, and then ended: why. */
  readonly stopped?: string;
  /** It could not be started, in words. */
  readonly failure?: string;
  /** Something it left running still holds its output open. */
  readonly leftOpen: boolean;
  /** It was to run somewhere else, and did not begin there. */
  readonly unreached?: boolean;
}

/** Runs one command to its end, with its output going to `output` as it comes. Rejects never. */
export async function runProcess(start: ProcessStart, output: Output, stop: Stop): Promise<ProcessEnd> {
  const never = { timedOut: false, leftOpen: false };
  if (stop.ask.aborted) return { ...never, stopped: stopWords(stop.ask) };
  const started = await startProcess(start, 'ignore');
  if ('failure' in started) return { ...never, ...started };
  const ending = new Ending(started.target, start.timeout, stop);
  const pump = new OutputPump(started, output);
  try {
    const ended = await started.exit;
    if (wasInterrupted(ended) && start.terminal === 'ours') await aborted(stop.ask, signalDelay);
    const { timedOut, stopped } = ending.exited();
    return { ...ended, timedOut, ...(stopped && { stopped: stopWords(stop.ask) }), leftOpen: !(await pump.closed()) };
  } finally {
    ending.dispose();
  }
}

/** What ended our command by a signal may have sent us the same one: so long it may take to be heard, in milliseconds. */
const signalDelay = 100;
const interrupting: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether it ended as what is asked to stop ends, by a signal or by its own account of one. */
function wasInterrupted({ signal, exitCode }: Pick<ProcessEnd, 'signal' | 'exitCode'>): boolean {
  return interrupting.some((one) => one === signal || exitCode === 128 + constants.signals[one]);
}

/** Resolves when the signal aborts, at the latest after so many milliseconds. */
async function aborted(signal: AbortSignal, milliseconds: number): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const forget = onAbort(signal, () => resolve(undefined));
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  await promise;
  clearTimeout(timer);
  forget();
}

/** A process at work. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly target: SignalTarget;
  /** Resolves when it has ended, or cannot begin. */
  readonly exit: Promise<Pick<ProcessEnd, 'exitCode' | 'signal' | 'failure'>>;
}

/** Why a process did not begin, as a shell would say it. */
export interface NotStarted {
  readonly exitCode: number;
  readonly failure: string;
}

/** Starts a command. Without a terminal of ours it reads nothing, or what is written to it. Rejects never. */
export async function startProcess(
  start: ProcessStart,
  stdin: 'ignore' | 'pipe',
): Promise<StartedProcess | NotStarted> {
  if (!existsSync(start.directory)) {
    return { exitCode: 126, failure: `the directory ${start.directory} does not exist` };
  }
  if (start.command === '') return { exitCode: 127, failure: 'the command is empty' };
  const pipes = await openOutputPipes();
  try {
    const child = spawnChild(start, stdin, pipes);
    return {
      child,
      stdout: pipes?.stdout ?? child.stdout,
      stderr: pipes?.stderr ?? child.stderr,
      target: ownGroup(start) ? groupTarget(child) : processTarget(child),
      exit: exitOf(child, start.command),
    };
  } catch (error) {
    pipes?.stdout.destroy();
    pipes?.stderr.destroy();
    return { exitCode: 126, failure: `${start.command}: ${LogError.from(error).message}` };
  } finally {
    pipes?.closeWriteEnds();
  }
}

function spawnChild(start: ProcessStart, stdin: 'ignore' | 'pipe', pipes: OutputPipes | undefined): ChildProcess {
  const [stdout, stderr] = pipes?.writeEnds ?? (['pipe', 'pipe'] as const);
  const options: SpawnOptions = {
    cwd: start.directory,
    env: start.environment,
    stdio: [start.terminal === 'ours' ? 'inherit' : stdin, stdout, stderr],
    detached: ownGroup(start),
    windowsHide: true,
  };
  return spawn(start.command, start.arguments, options);
}

/** Windows has no process groups. */
function ownGroup(start: ProcessStart): boolean {
  return start.terminal === 'own' && process.platform !== 'win32';
}

function exitOf(child: ChildProcess, command: string): Promise<Pick<ProcessEnd, 'exitCode' | 'signal' | 'failure'>> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ ...(code !== null && { exitCode: code }), ...(signal !== null && { signal }) });
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      const failure = `${command}: ${spawnWords[error.code ?? ''] ?? error.message}`;
      resolve({ exitCode: error.code === 'ENOENT' ? 127 : 126, failure });
    });
  });
}

/** Why a command does not begin, by the system's code for it. */
const spawnWords: Readonly<Record<string, string>> = {
  ENOENT: 'command not found',
  EACCES: 'permission denied; it is no program, or not made executable',
  E2BIG: 'too many arguments, or too large an environment',
};
