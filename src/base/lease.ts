/** The right to do something that only one may do at a time. */
export interface Lease {
  /**
   * Runs `work` while holding the lease; its signal aborts when the lease is lost or `signal` aborts. Undefined at
   * once, without running it, when somebody else holds it.
   */
  hold<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T | undefined>;
}

/** For those who share this object. */
export function processLease(): Lease {
  let held = false;
  return {
    async hold(work, signal) {
      if (held) return undefined;
      held = true;
      try {
        return await work(signal ?? new AbortController().signal);
      } finally {
        held = false;
      }
    },
  };
}
