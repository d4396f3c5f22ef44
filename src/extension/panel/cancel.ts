import { CancellationError, type CancellationToken } from 'vscode';

/** Runs `work` with a signal that aborts when the user cancels or `signal` does. */
export async function cancelledWith<T>(
  token: CancellationToken,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancelled = new AbortController();
  const listening = token.onCancellationRequested(() => {
    cancelled.abort(new CancellationError());
  });
  try {
    return await work(signal ? AbortSignal.any([signal, cancelled.signal]) : cancelled.signal);
  } finally {
    listening.dispose();
  }
}
