/** The error to throw for an aborted signal: its reason, always an Error. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Calls `listener` once when `signal` aborts, at once when it has already; the result forgets it. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => undefined;
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}

/** Resolves after `milliseconds`; rejects with the signal's reason when it aborts before. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, milliseconds);
    const forget = onAbort(signal, () => {
      clearTimeout(timer);
      if (signal) reject(abortReason(signal));
    });
  });
}

/** A signal that aborts when one of `signals` does, with its reason; `dispose` lets go of them. */
export function anySignal(signals: readonly (AbortSignal | undefined)[]): { signal: AbortSignal; dispose(): void } {
  const joined = new AbortController();
  const forget = signals.map((signal) =>
    onAbort(signal, () => {
      joined.abort(signal?.reason);
    }),
  );
  return {
    signal: joined.signal,
    dispose() {
      for (const one of forget) one();
    },
  };
}

/** What `promise` gives, unless `signal` aborts before; the promise goes on. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const forget = onAbort(signal, () => {
    aborted.reject(abortReason(signal));
  });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    forget();
  }
}
