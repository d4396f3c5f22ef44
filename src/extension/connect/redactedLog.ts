import type { ConnectionLog } from '../connection.ts';

/** The same log, which no secret ever reaches. */
export function redactedLog(log: ConnectionLog, redact: (words: string) => string): ConnectionLog {
  return {
    debug: (message) => log.debug(redact(message)),
    info: (message) => log.info(redact(message)),
    warn: (message) => log.warn(redact(message)),
    error: (message) => log.error(redact(message)),
  };
}
