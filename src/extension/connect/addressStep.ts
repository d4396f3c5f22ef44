import type { Translate, Words } from '../words.ts';
import { stepped } from './answered.ts';
import type { Asking } from './asking.ts';
import { addressOf, addressProblem, isFolderKind, untried, type Draft, type Kind } from './draft.ts';
import type { Step } from './steps.ts';

export interface AddressParts {
  readonly ask: Asking;
  readonly words: Words;
}

/** Asks for the address or path of whatever is no folder. */
export function addressStep({ ask, words: { t } }: AddressParts, title: string): Step<Draft> {
  return {
    asks: true,
    applies: ({ kind }) => !isFolderKind(kind),
    async run(draft, canGoBack) {
      const { kind } = draft;
      const answer = await ask.input({
        title,
        prompt: addressPrompt(kind, t),
        placeholder: placeholders[kind],
        value: draft.url,
        canGoBack,
        check: (typed) => addressProblem(kind, typed, t),
      });
      return stepped(answer, (typed) => addressed(draft, typed));
    },
  };
}

/** Has a folder chosen in the editor's own dialog, or a path or pattern typed. */
export function folderStep({ ask, words: { t } }: AddressParts, title: string): Step<Draft> {
  const choices = [
    { label: t('Choose a folder…'), value: 'choose' as const },
    { label: t('Type a path or a pattern…'), detail: folderHint(t), value: 'type' as const },
  ];
  return {
    asks: true,
    applies: ({ kind }) => isFolderKind(kind),
    async run(draft, canGoBack) {
      const { kind } = draft;
      for (;;) {
        const way = await ask.pick({ title, prompt: t('Where are the files?'), choices, canGoBack });
        if (typeof way !== 'object') return way;
        if (way.answer === 'choose') {
          const folder = await ask.folder(t('Read the Files in This Folder'));
          if (folder !== undefined) return addressed(draft, folder);
          continue;
        }
        const typed = await ask.input({
          title,
          prompt: addressPrompt(kind, t),
          placeholder: placeholders[kind],
          value: draft.url,
          canGoBack: true,
          check: (text) => addressProblem(kind, text, t),
        });
        if (typed !== 'back') return stepped(typed, (text) => addressed(draft, text));
      }
    },
  };
}

export function addressPrompt(kind: Kind, t: Translate): string {
  if (isFolderKind(kind)) return folderHint(t);
  return kind === 'store' ? t('The path of the store') : t('The address; a password in it is kept as a secret');
}

function folderHint(t: Translate): string {
  return t('The path of a folder, or a pattern with *; relative ones begin at the workspace folder');
}

/** What was typed before no longer counts, nor what came of trying it. */
function addressed(draft: Draft, typed: string): Draft {
  const { credentials: _, ...rest } = untried(draft);
  return { ...rest, ...addressOf(draft.kind, typed) };
}

const placeholders: Readonly<Record<Kind, string>> = {
  service: 'https://logs.example.com',
  cronjobs: 'https://cron.example.com',
  jobs: 'https://jobs.example.com',
  redis: 'redis://redis.example.com:6379/0',
  sharedRedis: 'redis://redis.example.com:6379/0',
  deploymentLog: 'agent_logs/deploy_*.json',
  checkpoint: '/tmp/kubexm',
  store: '/path/to/store.sqlite',
};
