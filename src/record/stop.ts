/** How a run is asked to end: first politely, then at once. */
export interface Stop {
  /** Aborted when the run shall end; its reason may be an `Interruption`. */
  readonly ask: AbortSignal;
  /** Aborted when nobody waits any longer. */
  readonly kill: AbortSignal;
}

/** Why a run shall end, for people. */
export function stopWords(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
}

/** The reason of a stop that came as a signal: it is passed on as it came. */
export class Interruption extends Error {
  readonly signal: NodeJS.Signals;
  /** A terminal has given the signal to the whole foreground group already. */
  readonly fromTerminal: boolean;

  constructor(signal: NodeJS.Signals, fromTerminal: boolean) {
    super(`stopped by ${signal}`);
    this.name = 'Interruption';
    this.signal = signal;
    this.fromTerminal = fromTerminal;
  }
}
