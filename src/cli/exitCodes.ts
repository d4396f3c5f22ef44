import type { ErrorCode } from '../model/errors.ts';

/** What the program's exit codes mean; `run` passes on the command's own. */
export const exitCodes = { done: 0, failed: 1, usage: 2, notFound: 3, unavailable: 4, refused: 5 } as const;

const ofError: Readonly<Record<ErrorCode, number>> = {
  notFound: exitCodes.notFound,
  invalidPointer: exitCodes.usage,
  invalidRequest: exitCodes.usage,
  unauthorized: exitCodes.refused,
  forbidden: exitCodes.refused,
  throttled: exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  closed: exitCodes.unavailable,
  internal: exitCodes.failed,
};

export function exitCodeOf(code: ErrorCode): number {
  return ofError[code];
}
