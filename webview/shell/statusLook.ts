import type { Status } from '../../src/model/status.ts';
import type { Translate } from '../words.ts';
import type { IconName } from './icons.ts';

export interface StatusLook {
  readonly icon: IconName;
  /** A class of `controlStyles`. */
  readonly tone: 'good' | 'bad' | 'warned' | 'running' | 'quiet';
  readonly words: string;
}

/** What has a status, and what else is said of it. */
export interface Stated {
  readonly status: Status;
  readonly rawStatus?: string;
  /** Failed, which does not matter. */
  readonly ignored?: true;
}

/** How something went, with the system's own word where it says more. */
export function statedLook({ status, rawStatus, ignored }: Stated, t: Translate): StatusLook {
  const look = statusLook(status, t);
  const words = ignored ? t('{0}, ignored', look.words) : look.words;
  const known = [status, look.words].map((word) => word.toLowerCase());
  const isNews = rawStatus !== undefined && rawStatus !== '' && !known.includes(rawStatus.toLowerCase());
  return {
    ...look,
    ...(ignored && { icon: 'warning' as const, tone: 'warned' as const }),
    words: isNews ? `${words} (${rawStatus})` : words,
  };
}

function statusLook(status: Status, t: Translate): StatusLook {
  switch (status) {
    case 'pending':
      return { icon: 'clock', tone: 'quiet', words: t('Pending') };
    case 'running':
      return { icon: 'sync', tone: 'running', words: t('Running') };
    case 'paused':
      return { icon: 'debug-pause', tone: 'running', words: t('Paused') };
    case 'succeeded':
      return { icon: 'pass', tone: 'good', words: t('Succeeded') };
    case 'failed':
      return { icon: 'error', tone: 'bad', words: t('Failed') };
    case 'partial':
      return { icon: 'warning', tone: 'bad', words: t('Partly failed') };
    case 'skipped':
      return { icon: 'debug-step-over', tone: 'quiet', words: t('Skipped') };
    case 'cancelled':
      return { icon: 'circle-slash', tone: 'quiet', words: t('Cancelled') };
    case 'timedOut':
      return { icon: 'watch', tone: 'bad', words: t('Timed out') };
    case 'interrupted':
      return { icon: 'debug-disconnect', tone: 'bad', words: t('Interrupted') };
    case 'unknown':
      return { icon: 'question', tone: 'quiet', words: t('Unknown') };
  }
}
