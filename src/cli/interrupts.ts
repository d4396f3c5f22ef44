import { Interruption, type Stop } from '../record/stop.ts';

/** The time within which asking again means it, in milliseconds: a shell or an editor may want many Ctrl-C. */
const impatience = 2_000;
/** What a terminal gives to the command as well gets this long to be acted on, in milliseconds. */
const graceForCommand = 1_000;

/** Turns signals into a stop: the first asks, a second soon after kills. */
export function stopOnSignals(): Stop & { dispose(): void } {
  const ask = new AbortController();
  const kill = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const listener = (signal: NodeJS.Signals) => {
    const fromTerminal = (signal === 'SIGINT' || signal === 'SIGQUIT') && hasTerminal();
    const again = ask.signal.aborted && Date.now() - last < impatience;
    last = Date.now();
    ask.abort(new Interruption(signal, fromTerminal));
    if (again) {
      timer ??= setTimeout(
        () => {
          kill.abort(new Interruption(signal, fromTerminal));
        },
        fromTerminal ? graceForCommand : 0,
      );
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
  for (const signal of signals) process.on(signal, listener);
  return {
    ask: ask.signal,
    kill: kill.signal,
    dispose: () => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

function hasTerminal(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}
