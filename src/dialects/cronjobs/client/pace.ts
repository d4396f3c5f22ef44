/** How often and how patiently a system is asked; milliseconds unless said otherwise. */
export interface Pace {
  /** Between two polls, where the system does not say how long. */
  readonly polling: number;
  /** No shorter and no longer pause is taken from the system. */
  readonly bounds: readonly [number, number];
  /** Between two looks at records while a stream tells of lines. */
  readonly streaming: number;
  /** Between being told of a line and reading it: others may follow. */
  readonly gap: number;
  /** Between two looks for lines that were written late, or behind those that are known. */
  readonly thorough: number;
  /** A run that has just ended may write so long. */
  readonly settling: number;
  /** What a job is called is asked again after so long. */
  readonly names: number;
  /** An answer must be there as a whole by then. */
  readonly answer: number;
  /** First and longest pause after a failure. */
  readonly backoff: readonly [number, number];
}

export const defaultPace: Pace = {
  polling: 2_000,
  bounds: [500, 60_000],
  streaming: 3_000,
  gap: 100,
  thorough: 20_000,
  settling: 2_000,
  names: 60_000,
  answer: 30_000,
  backoff: [1_000, 10_000],
};
