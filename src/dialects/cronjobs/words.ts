import type { Level } from '../../model/line.ts';
import { statuses, type Status } from '../../model/status.ts';

/** Document 001's words for levels, and which of ours each stands for. */
const levelsOf = {
  DEBUG: ['trace', 'debug'],
  INFO: ['none', 'info', 'notice'],
  WARNING: ['warn'],
  ERROR: ['error'],
  CRITICAL: ['fatal'],
} as const satisfies Readonly<Record<string, readonly Level[]>>;

export type LevelWord = keyof typeof levelsOf;

export const levelWords = Object.keys(levelsOf) as readonly LevelWord[];

export function levelWord(level: Level): LevelWord {
  return levelWords.find((word) => meant(word).includes(level)) ?? 'INFO';
}

/** Our levels for a word in any case; undefined when it is none. */
export function levelsFor(word: string): readonly Level[] | undefined {
  const known = levelWords.find((one) => one === word.toUpperCase());
  return known && meant(known);
}

function meant(word: LevelWord): readonly Level[] {
  return levelsOf[word];
}

const words: Readonly<Record<Status, string>> = {
  pending: 'pending',
  running: 'running',
  paused: 'running',
  unknown: 'running',
  succeeded: 'completed',
  skipped: 'completed',
  partial: 'partial',
  failed: 'failed',
  timedOut: 'failed',
  interrupted: 'failed',
  cancelled: 'cancelled',
};

/** What runs are said to be in the document's system. */
export function statusWord(status: Status): string {
  return words[status];
}

export const statusWords: readonly string[] = [...new Set(Object.values(words))];

export function statusesFor(word: string): readonly Status[] {
  return statuses.filter((status) => words[status] === word.toLowerCase());
}
