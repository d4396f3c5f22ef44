import { ProgressLocation, window } from 'vscode';
import { cancelledWith } from '../panel/cancel.ts';
import { viewId } from '../tree/executionsView.ts';

/** Work the user waits for: the view shows that something goes on; after a second a notification can cancel it. */
export async function cancellable<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const working = Promise.withResolvers<T>();
  void window.withProgress({ location: { viewId } }, () => working.promise.catch(() => undefined));
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  const shown = window.withProgress(options, (_, token) => cancelledWith(token, undefined, work));
  shown.then(working.resolve, working.reject);
  return working.promise;
}
