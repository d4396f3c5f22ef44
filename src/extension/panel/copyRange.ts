import { env, ProgressLocation, window } from 'vscode';
import type { LogSource } from '../../model/source.ts';
import type { Words } from '../words.ts';
import { cancelledWith } from './cancel.ts';
import { readRange, readWhole, type Copied, type CopiedLog, type CopiedRange, type Copying } from './copyLines.ts';

/** Ranges the view could have copied itself are copied without a notification. */
const silent = 5_000;

/** Copies lines the view may not hold; long ranges tell how far they are and can be cancelled. */
export async function copyRange(
  source: LogSource,
  range: CopiedRange,
  words: Words,
  signal?: AbortSignal,
): Promise<{ lines: number }> {
  const total = range.to - range.from + 1;
  const read = (copying: Copying): Promise<Copied> => readRange(source, range, words, copying);
  if (total <= silent) return put(await read({ signal: signal ?? never(), progress: () => undefined }));
  const title = words.t('Copying {0} lines', new Intl.NumberFormat(words.language).format(total));
  return put(await shown(title, read, signal));
}

/** Copies a whole log, telling how far it is. */
export async function copyWhole(
  source: LogSource,
  log: CopiedLog,
  words: Words,
  signal?: AbortSignal,
): Promise<{ lines: number }> {
  return put(await shown(words.t('Copying the log'), (copying) => readWhole(source, log, words, copying), signal));
}

function shown(title: string, read: (copying: Copying) => Promise<Copied>, signal?: AbortSignal): Promise<Copied> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    window.withProgress(options, (progress, token) => {
      let told = 0;
      const tell = (done: number, total?: number): void => {
        if (total) progress.report({ increment: ((done - told) / total) * 100 });
        told = done;
      };
      return cancelledWith(token, signal, (ended) => read({ signal: ended, progress: tell }));
    }),
  );
}

async function put({ text, lines }: Copied): Promise<{ lines: number }> {
  await env.clipboard.writeText(text);
  return { lines };
}

function never(): AbortSignal {
  return new AbortController().signal;
}
