import type { ChildProcess } from 'node:child_process';

/** Who gets signals when a run shall end. */
export interface SignalTarget {
  /** What a person presses in the terminal reaches it without us, and its own grace is its own. */
  readonly inForeground: boolean;
  /** Changes nothing when it has ended. */
  send(signal: NodeJS.Signals): void;
}

/** One process in our own group. */
export function processTarget(child: ChildProcess): SignalTarget {
  return {
    inForeground: true,
    send(signal) {
      child.kill(signal);
    },
  };
}

/** A process that leads a group, with everybody in it. */
export function groupTarget({ pid }: ChildProcess): SignalTarget {
  return {
    inForeground: false,
    send(signal) {
      if (pid === undefined) return;
      try {
        process.kill(-pid, signal);
      } catch (error) {
        // Nobody of the group is left, or all are another user's: sudo and what it runs, which hear us on their stdin.
        if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')))
          throw error;
      }
    },
  };
}
