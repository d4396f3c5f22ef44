import { inspect } from 'node:util';

/** What was thrown, as lines: an error with its stack and causes. */
export function errorText(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 4, breakLength: 120 });
}

/** Why something failed, in one line. */
export function errorWords(thrown: unknown): string {
  const words = thrown instanceof Error && thrown.message !== '' ? thrown.message : errorText(thrown);
  return words.split('\n', 1)[0] ?? '';
}

/** Whether something was given up rather than failed. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
