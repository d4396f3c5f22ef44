import type { ErrorCode, LogError } from '../model/errors.ts';
import { sentence } from '../text/sentence.ts';
import type { Words } from './words.ts';

export interface ErrorWords {
  /** What happened and what to do, in a sentence or two. */
  readonly message: string;
  /** True when asking again can help. */
  readonly retry: boolean;
}

/** The one place where an error becomes words in the editor. */
export function errorWords(error: LogError, { t }: Words): ErrorWords {
  const said = sentence(error.message);
  const explained: Record<ErrorCode, () => ErrorWords> = {
    notFound: () => ({ message: said || t('It does not exist, or no longer.'), retry: true }),
    invalidPointer: () => ({ message: t('This place in the log is unknown. {0}', said), retry: false }),
    invalidRequest: () => ({ message: said, retry: false }),
    unauthorized: () => ({ message: t('You are not signed in. {0}', said), retry: true }),
    forbidden: () => ({ message: t('This is not allowed. {0}', said), retry: false }),
    throttled: () => ({ message: t('Too many requests; wait a moment and try again. {0}', said), retry: true }),
    unavailable: () => ({ message: said || t('The connection cannot be reached.'), retry: true }),
    closed: () => ({ message: t('The connection was closed.'), retry: true }),
    internal: () => ({ message: t('Something went wrong inside Execution Logs. {0}', said), retry: true }),
  };
  const words = explained[error.code]();
  return { ...words, message: words.message.trim() };
}
