import type { StatusCounts, Step } from '../../model/execution.ts';
import { isFailure, statuses, type Status } from '../../model/status.ts';
import type { Words } from '../words.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Milliseconds as people say them: two units at most. */
export function formatDuration(milliseconds: number, { t }: Words): string {
  if (milliseconds < second) return t('{0} ms', Math.round(milliseconds));
  if (milliseconds < 10 * second) return t('{0} s', Math.floor(milliseconds / 100) / 10);
  if (milliseconds < minute) return t('{0} s', Math.floor(milliseconds / second));
  if (milliseconds < hour) return t('{0} min {1} s', ...parts(milliseconds, minute, second));
  if (milliseconds < day) return t('{0} h {1} min', ...parts(milliseconds, hour, minute));
  return t('{0} d {1} h', ...parts(milliseconds, day, hour));
}

function parts(milliseconds: number, large: number, small: number): [number, number] {
  return [Math.floor(milliseconds / large), Math.floor((milliseconds % large) / small)];
}

/** How long ago, in the coarsest unit that fits; "just now" within the first minute. */
export function formatAgo(time: number, now: number, { t, language }: Words): string {
  const past = Math.max(0, now - time);
  if (past < minute) return t('just now');
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (past < hour) return format.format(-Math.floor(past / minute), 'minute');
  if (past < day) return format.format(-Math.floor(past / hour), 'hour');
  if (past < 30 * day) return format.format(-Math.floor(past / day), 'day');
  return formatDay(time, language);
}

export function formatDay(time: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(time);
}

export function formatTime(time: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(time);
}

/** Midnight (local) of the day `time` falls on. */
export function dayOf(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** What a step is part of; names that only repeat the one beside them are said once. */
export function formatPath({ name, path = [] }: Pick<Step, 'name' | 'path'>): string {
  return [...path, name]
    .filter((part, index, all) => part !== all[index + 1])
    .slice(0, -1)
    .join(' › ');
}

export function sumOf(counts: StatusCounts): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** "3 of 40 failed", "2 of 3 cancelled", "12 of 40 running", "40 hosts"; empty for one host, whose status says it all. */
export function formatCounts(counts: StatusCounts, words: Words): string {
  const { t } = words;
  const total = sumOf(counts);
  if (total <= 1) return '';
  const cancelled = counts.cancelled ?? 0;
  const failed = statuses.filter(isFailure).reduce((sum, status) => sum + (counts[status] ?? 0), 0) - cancelled;
  if (failed > 0) return t('{0} of {1} failed', failed, total);
  if (cancelled > 0) return t('{0} of {1} cancelled', cancelled, total);
  if (counts.running) return t('{0} of {1} running', counts.running, total);
  return hostCount(total, words);
}

export function hostCount(count: number, { t }: Pick<Words, 't'>): string {
  return count === 1 ? t('1 host') : t('{0} hosts', count);
}

export function statusWord(status: Status, { t }: Words): string {
  const words: Record<Status, () => string> = {
    pending: () => t('pending'),
    running: () => t('running'),
    paused: () => t('paused'),
    succeeded: () => t('succeeded'),
    failed: () => t('failed'),
    partial: () => t('partly failed'),
    skipped: () => t('skipped'),
    cancelled: () => t('cancelled'),
    timedOut: () => t('timed out'),
    interrupted: () => t('interrupted'),
    unknown: () => t('unknown'),
  };
  return words[status]();
}
