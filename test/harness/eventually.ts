import { vi } from 'vitest';

export interface Patience {
  /** Milliseconds; plenty, for a machine that does other things too. */
  readonly timeout?: number;
  readonly interval?: number;
}

/** Resolves with what `check` gives as soon as it does not throw; rejects with what it threw last when that never comes. */
export function eventually<T>(
  check: () => T | Promise<T>,
  { timeout = 15_000, interval = 10 }: Patience = {},
): Promise<T> {
  return vi.waitFor(check, { timeout, interval });
}
