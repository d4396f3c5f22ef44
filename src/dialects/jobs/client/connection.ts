import type { ConnectOptions } from '../../../model/connect.ts';
import { LogError } from '../../../model/errors.ts';

/** A connection to jobs, taken apart: `jobs+https://host/base?type=plan_execute&auth=cookie`. */
export interface JobsConnection {
  readonly url: string;
  readonly options: ConnectOptions;
  /** The only type of job that is wanted. */
  readonly type?: string;
  /** The token is a session's cookie. */
  readonly cookie: boolean;
}

/** Throws invalidRequest for a way to sign in that nobody knows. */
export function jobsConnection(url: string, options: ConnectOptions): JobsConnection {
  const query = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '');
  const auth = query.get('auth') ?? 'bearer';
  if (auth !== 'bearer' && auth !== 'cookie')
    throw new LogError('invalidRequest', `"auth=${auth}" is not known here. Write auth=cookie or auth=bearer.`);
  const type = query.get('type') ?? '';
  return { url, options, cookie: auth === 'cookie', ...(type !== '' && { type }) };
}
