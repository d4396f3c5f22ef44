import { LogError } from '../../../model/errors.ts';
import type { Reply } from '../connection.ts';
import { answer } from './lua.ts';

/** Throws notFound when a script answered that what it should change is not there. */
export function checkMissing(
  { execution, step, host }: { readonly execution: string; readonly step?: string; readonly host?: string },
  found: Reply | undefined,
): void {
  if (found === answer.noExecution) throw notFound(`There is no execution "${execution}".`);
  if (found === answer.noStep) throw notFound(`Execution "${execution}" has no step "${step ?? ''}".`);
  if (found === answer.noHost) throw notFound(`Step "${step ?? ''}" has no host "${host ?? ''}".`);
}

export function notFound(words: string): LogError {
  return new LogError('notFound', words);
}
