import type { Translate } from './words.ts';

/** 1204 → 1,204 in the manner of the editor's language. */
export function formatCount(count: number, language: string): string {
  return count.toLocaleString(language);
}

/** Bytes in words people use: 4.8 MB. */
export function formatBytes(bytes: number, language: string): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${amount.toLocaleString(language, { maximumFractionDigits: amount < 10 && unit > 0 ? 1 : 0 })} ${units[unit] ?? ''}`;
}

/** 45 s, 3 min 12 s, 2 h 5 min; below ten seconds with tenths. */
export function formatDuration(milliseconds: number, t: Translate): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return t('{0} ms', Math.round(milliseconds));
  if (seconds < 10) return t('{0} s', seconds.toFixed(1));
  if (seconds < 60) return t('{0} s', Math.floor(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t('{0} min {1} s', minutes, Math.floor(seconds % 60));
  return t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}
