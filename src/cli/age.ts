import { usageError, type Words } from './commandLine.ts';

const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000 };

/** Milliseconds of an age like `90d` or `12h`. Throws a usage error for anything else. */
export function ageOf(words: Words, name: string): number | undefined {
  const typed = words.text(name);
  if (typed === undefined) return undefined;
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(typed.trim()) ?? [];
  const milliseconds = units[unit ?? ''];
  if (count === undefined || milliseconds === undefined)
    throw usageError(`--${name} takes days or hours, like 90d or 12h, not "${typed}".`);
  return Number(count) * milliseconds;
}

export function ageWords(milliseconds: number): string {
  const days = milliseconds / 86_400_000;
  return Number.isInteger(days) ? counted(days, 'day') : counted(milliseconds / 3_600_000, 'hour');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
