import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** A program that ends when it is disposed. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The exit code; 128 and more when a signal ended it. */
  readonly exited: Promise<number>;
}

/** Starts a program; `detached` gives it a process group of its own, and then what it started ends with it. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(command, args, options);
  const group = options.detached === true && process.platform !== 'win32';
  const exited = exitOf(child);
  // Whoever is interested awaits it; nobody has to.
  exited.catch(() => undefined);
  return {
    child,
    exited,
    async [Symbol.asyncDispose]() {
      send(child, group, 'SIGTERM');
      const patience = setTimeout(() => send(child, group, 'SIGKILL'), 3_000);
      await exited.catch(() => undefined);
      clearTimeout(patience);
      // The first of the group has gone; nothing it left behind may stay.
      if (group) send(child, group, 'SIGKILL');
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

function send(child: ChildProcess, group: boolean, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (group) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
