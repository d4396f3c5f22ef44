import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** A program in a process group of its own, so that what it starts ends with it. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The exit code; 128 and more when a signal ended it. */
  readonly exited: Promise<number>;
}

export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  const exited = exitOf(child);
  // Whoever is interested awaits it; nobody has to.
  exited.catch(() => undefined);
  return {
    child,
    exited,
    async [Symbol.asyncDispose]() {
      signalGroup(child, 'SIGTERM');
      const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), 3_000);
      await exited.catch(() => undefined);
      clearTimeout(patience);
      // The first of the group has gone; nothing it left behind may stay.
      signalGroup(child, 'SIGKILL');
    },
  };
}

/** Runs a program to its end and gives its exit code. Its words go to stderr unless `stdio` says otherwise. */
export async function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return await exitOf(spawn(command, args, { stdio: ['ignore', 2, 2], ...options }));
}

async function exitOf(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? (signal === 'SIGINT' ? 130 : 143);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
