import type { Change } from '../../model/source.ts';
import type { Command, Reply } from './connection.ts';

/** How many entries a wake stream keeps: who comes later has been asleep and looks at everything anyway. */
export const keptWakes = 10_000;

/** Something changed, and whether that is no more than that lines were appended. */
export interface Wake extends Change {
  readonly lines: boolean;
  /** Those lines, when they are few: what the writer's layout makes of them. */
  readonly told?: Uint8Array;
}

/** Tells everyone who listens to the stream `key`. */
export function wakeCommand(key: string, change: Change, lines = false): Command {
  return ['XADD', key, 'MAXLEN', '~', keptWakes, '*', 'c', wakeWords(change, lines)];
}

/** A change as an entry's field `c` has it. */
export function wakeWords({ execution, step, host, removed }: Change, lines: boolean): string {
  return JSON.stringify([execution, step ?? null, host ?? null, lines ? 'lines' : removed ? 'removed' : '']);
}

/** What an entry's fields tell; undefined when they are none of ours. */
export function wakeOf(fields: readonly Reply[]): Wake | undefined {
  const [, value, , lines] = fields;
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    const told = JSON.parse(new TextDecoder().decode(value)) as unknown;
    if (!Array.isArray(told)) return undefined;
    const [execution, step, host, what] = told as readonly unknown[];
    if (typeof execution !== 'string') return undefined;
    return {
      execution,
      ...(typeof step === 'string' && { step }),
      ...(typeof host === 'string' && { host }),
      ...(what === 'removed' && { removed: true }),
      lines: what === 'lines',
      ...(lines instanceof Uint8Array && { told: lines }),
    };
  } catch {
    // Written by somebody else.
    return undefined;
  }
}
