import type { Translate } from '../words.ts';
import type { Choice } from './asking.ts';
import { kindOf, type Draft } from './draft.ts';

/** What is put before an address to say which API answers there; empty to have it found out. */
export type Dialect = '' | 'executor+' | 'cronjobs+' | 'jobs+';

const prefix = /^[a-z]+\+(?=https?:)/i;

export function withDialect(draft: Draft, dialect: Dialect): Draft {
  const url = `${dialect}${draft.url.replace(prefix, '')}`;
  return { ...draft, url, kind: kindOf(url) };
}

/** The ways to take an address over HTTP, but the one it is taken now; none for other addresses. */
export function dialectChoices({ url }: Pick<Draft, 'url'>, t: Translate): readonly Choice<Dialect>[] {
  if (!/^([a-z]+\+)?https?:/i.test(url)) return [];
  const now = prefix.exec(url)?.[0].toLowerCase() ?? '';
  const choices: readonly Choice<Dialect>[] = [
    { label: t('Find out what answers there'), value: '' },
    { label: t('Take it for a log service or ops-jobs'), value: 'executor+' },
    { label: t('Take it for a cron-job API'), value: 'cronjobs+' },
    { label: t('Take it for a job API'), value: 'jobs+' },
  ];
  return choices.filter(({ value }) => value !== now);
}
