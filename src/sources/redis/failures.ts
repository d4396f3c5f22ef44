import { LogError, type ErrorCode } from '../../model/errors.ts';

/** What Redis says first when it refuses, and what that means here. */
const refusals: Readonly<Record<string, { readonly code: ErrorCode; readonly words: string }>> = {
  NOAUTH: { code: 'unauthorized', words: 'wants a user or password. Give them to the connection.' },
  WRONGPASS: { code: 'unauthorized', words: 'does not accept this user and password. Give it others.' },
  NOPERM: {
    code: 'forbidden',
    words: 'does not let this user do that. docs/redis.md lists the rights that reading and recording want.',
  },
  OOM: {
    code: 'unavailable',
    words: 'has no memory left (maxmemory), so nothing can be recorded. Give it more, or delete old executions.',
  },
  READONLY: { code: 'unavailable', words: 'is a replica that only reads. Record into its master.' },
  LOADING: { code: 'unavailable', words: 'is still reading its data from disk. Try again soon.' },
  BUSY: { code: 'unavailable', words: "is busy with somebody's script. Try again soon." },
  MISCONF: {
    code: 'unavailable',
    words: 'takes no writes because it cannot save its data to disk. Make room there; its own log says why.',
  },
  MASTERDOWN: { code: 'unavailable', words: 'is a replica without its master. Try again soon.' },
  CLUSTERDOWN: { code: 'unavailable', words: 'is a cluster that is down. Try again when its nodes are back.' },
  MOVED: { code: 'invalidRequest', words: 'is one node of a cluster. Add ?cluster=1 to the connection.' },
  WRONGTYPE: {
    code: 'invalidRequest',
    words: 'holds something else where logs should be. Choose another ?prefix= or database.',
  },
  EXECABORT: { code: 'unavailable', words: 'refused part of what was asked. Try again.' },
};

/** What a connection's own errors are called, and what to do about them. */
const breaks: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections. Is it running, and is the port right?',
  ENOTFOUND: 'cannot be found. Is the name of the host right?',
  EAI_AGAIN: 'cannot be found. Is there a network?',
  ETIMEDOUT: 'does not answer. Is there a firewall between?',
  EHOSTUNREACH: 'cannot be reached. Is there a network?',
  ENETUNREACH: 'cannot be reached. Is there a network?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a certificate that it signed itself. Name its CA, or allow that.',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate of an unknown CA. Name the CA file.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate of an unknown CA. Name the CA file.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate of another host.',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired.',
};

/** Words for whatever the Redis called `name` or the way to it complains about; a `LogError` stays as it is. */
export function redisError(error: unknown, name: string): LogError {
  if (error instanceof LogError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const refusal = refusalOf(said);
  if (refusal) return new LogError(refusal.code, `The Redis ${name} ${refusal.words}`, { cause: error });
  if (error instanceof Error && error.name === 'ReplyError')
    return new LogError('internal', `The Redis ${name} refused: ${said}`, { cause: error });
  const words = breaks[codeOf(error)] ?? `broke off${isPlain(said) ? '' : ` (${said})`}. Is it still running?`;
  return new LogError('unavailable', `The Redis ${name} ${words}`, { cause: error });
}

/** Scripts were forgotten: the server was restarted, or told to. */
export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Within a script the word that counts may stand behind "ERR" or at the end. */
function refusalOf(said: string) {
  const first = /^[A-Z]+/.exec(said)?.[0] ?? '';
  if (Object.hasOwn(refusals, first)) return refusals[first];
  if (/can't access|no permissions|ACL failure/i.test(said)) return refusals['NOPERM'];
  if (/without any password configured|no password is set/.test(said)) return refusals['WRONGPASS'];
  return undefined;
}

/** Words of the client that say no more than that the connection is gone. */
function isPlain(said: string): boolean {
  return /connection (is|was) closed|max retries per request|isn't writeable/i.test(said);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
