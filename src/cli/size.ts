import { usageError, type Words } from './commandLine.ts';

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes of a size like `500MB` or `1.5GB`. Throws a usage error for anything else. */
export function sizeOf(words: Words, name: string): number | undefined {
  const typed = words.text(name);
  if (typed === undefined) return undefined;
  const [, count, unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?) ?([MGT]B)$/i.exec(typed.trim()) ?? [];
  const bytes = units[unit.toUpperCase()];
  if (count === undefined || bytes === undefined)
    throw usageError(`--${name} takes a size, like 500MB or 20GB, not "${typed}".`);
  return Number(count) * bytes;
}

/** `87 bytes`, `12 kB`, `1.2 MB`, `3.4 GB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1_000)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
