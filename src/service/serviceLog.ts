/** What the service tells of itself. Never a token, never a line of a log. */
export interface ServiceEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly [field: string]: string | number | boolean | undefined;
}

export type ServiceLog = (event: ServiceEvent) => void;

/** A log of one JSON object per line, with its time. */
export function jsonLog(write: (line: string) => void): ServiceLog {
  return (event) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  };
}
