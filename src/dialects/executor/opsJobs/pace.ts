/** How often and how patiently the system is asked; milliseconds unless said otherwise. */
export interface Pace {
  /** Requests an hour; production refuses the 501st. Streams are not counted. */
  readonly requests: number;
  /** The server's own heartbeat. Nothing for 2.5 times as long means that something is wrong. */
  readonly heartbeat: number;
  /** A stream that sends nothing for so long has sent what was there. */
  readonly quiet: number;
  /** What was asked so recently about something running is not asked again. */
  readonly freshness: number;
  /** The shortest time between two polls of the same thing. */
  readonly cadence: number;
  /** A call waits so long for its turn before it is refused. */
  readonly longestWait: number;
  /** The clocks of the server and of its Redis differ by so much at most. */
  readonly skew: number;
  /** First and longest pause before a broken stream is tried again. */
  readonly backoff: readonly [number, number];
}

export const defaultPace: Pace = {
  requests: 400,
  heartbeat: 2_000,
  quiet: 600,
  freshness: 1_500,
  cadence: 3_000,
  longestWait: 5_000,
  skew: 2_000,
  backoff: [1_000, 30_000],
};
