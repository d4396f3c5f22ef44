import { randomBytes } from 'node:crypto';
import { startProcess, type ProcessEnd, type ProcessStart } from '../childProcess.ts';
import { Ending } from '../ending.ts';
import { OutputPump, type Output } from '../outputPump.ts';
import { stopWords, type Stop } from '../stop.ts';
import { SteeredOutput } from './steeredOutput.ts';
import { steeredScript, type SteeredWork } from './steeredScript.ts';
import { Steering } from './steering.ts';

/** Work for a shell that is not simply ours: on another machine, of another user, or both. */
export interface SteeredStart {
  /** Starts the shell, which reads its script from its stdin. */
  readonly shell: Omit<ProcessStart, 'timeout' | 'terminal'>;
  readonly work: Omit<SteeredWork, 'secret'>;
  /** What people call the place. */
  readonly place: string;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** How long something left running over there may keep the connection open without a word, in milliseconds. */
const graceToClose = 5_000;

/** Runs work in a shell that is not simply ours, and ends it there when it shall end. Rejects never. */
export async function runSteered(start: SteeredStart, output: Output, stop: Stop): Promise<ProcessEnd> {
  const never = { timedOut: false, leftOpen: false };
  if (stop.ask.aborted) return { ...never, stopped: stopWords(stop.ask) };
  const started = await startProcess({ ...start.shell, terminal: 'own' }, 'pipe');
  if ('failure' in started) return { ...never, ...started, unreached: true };
  const secret = randomBytes(16).toString('hex');
  const shell = new SteeredOutput(output, secret);
  using steering = new Steering(started.child.stdin, started.target, shell);
  const ending = new Ending(steering, start.timeout, stop);
  const pump = new OutputPump(started, shell, graceToClose);
  try {
    steering.begin(steeredScript({ ...start.work, secret }));
    await Promise.race([started.exit, shell.ended]);
    const { timedOut, stopped } = ending.exited();
    const closed = await pump.closed();
    if (!closed) steering.leave('SIGKILL');
    const exit = await started.exit;
    shell.end();
    return {
      ...(shell.exitCode === undefined ? exit : { exitCode: shell.exitCode }),
      ...(!timedOut && !stopped && failed(exit.failure ?? failureOf(exit, shell, start))),
      ...(stopped && { stopped: stopWords(stop.ask) }),
      ...(!shell.begun && { unreached: true }),
      timedOut,
      leftOpen: !closed,
    };
  } finally {
    ending.dispose();
  }
}

function failed(failure: string | undefined): Pick<ProcessEnd, 'failure'> {
  return failure === undefined ? {} : { failure };
}

type Exit = Pick<ProcessEnd, 'exitCode' | 'signal'>;

/** Why the work was not done, or nobody knows whether; undefined when the shell has told its end. */
function failureOf(exit: Exit, shell: SteeredOutput, { work, place }: SteeredStart): string | undefined {
  if (shell.nowhere) return `the directory ${work.directory ?? ''} cannot be entered on ${place}`;
  if (shell.exitCode !== undefined) return undefined;
  const said = shell.lastLines.at(-1) ?? endWords(exit);
  if (shell.begun) return `the connection to ${place} was lost: ${said}`;
  // What it says first is the reason.
  const sudo = shell.lastLines.find((line) => line.startsWith('sudo: '))?.slice('sudo: '.length);
  if (sudo?.includes('password is required'))
    return `sudo asks for a password on ${place}; let it go without one there (NOPASSWD in sudoers), or leave "sudo" out`;
  if (sudo !== undefined) return `sudo did not begin on ${place}: ${sudo}`;
  return exit.exitCode === sshFailed ? `${place} could not be reached: ${said}` : `no shell began on ${place}: ${said}`;
}

/** How ssh ends when it, and not what it was to run, has failed. */
const sshFailed = 255;

function endWords({ exitCode, signal }: Exit): string {
  return signal === undefined ? `exit code ${exitCode ?? '?'}` : `ended by ${signal}`;
}
