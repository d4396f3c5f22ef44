/** The closed set of reasons a call can fail for. Codes are the contract; messages are for people. */
export const errorCodes = [
  'notFound',
  'invalidPointer',
  'invalidRequest',
  'unauthorized',
  'forbidden',
  'throttled',
  /** The other side cannot be reached, or broke off. Trying again may help. */
  'unavailable',
  /** The object was disposed. */
  'closed',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The one error class of the program; crosses every wire as `{ code, message }`. Abort is not an error. */
export class LogError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogError';
    this.code = code;
  }

  /** Wraps something foreign once; a `LogError` stays as it is. */
  static from(error: unknown, code: ErrorCode = 'internal'): LogError {
    if (error instanceof LogError) return error;
    return new LogError(code, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
