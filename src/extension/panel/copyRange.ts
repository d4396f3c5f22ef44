import { env, ProgressLocation, window } from 'vscode';
import type { LogSource } from '../../model/source.ts';
import type { Words } from '../words.ts';
import { readRange, type CopiedRange } from './copyLines.ts';
import { cancelledWith } from './cancel.ts';

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
  if (total <= silent) return copy(source, range, words, signal ?? new AbortController().signal, () => undefined);
  const title = words.t('Copying {0} lines', new Intl.NumberFormat(words.language).format(total));
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return window.withProgress(options, (progress, token) => {
    let told = 0;
    const tell = (read: number): void => {
      progress.report({ increment: ((read - told) / total) * 100 });
      told = read;
    };
    return cancelledWith(token, signal, (ended) => copy(source, range, words, ended, tell));
  });
}

async function copy(
  source: LogSource,
  range: CopiedRange,
  words: Words,
  signal: AbortSignal,
  progress: (read: number) => void,
): Promise<{ lines: number }> {
  const { text, lines } = await readRange(source, range, words, { signal, progress });
  await env.clipboard.writeText(text);
  return { lines };
}
