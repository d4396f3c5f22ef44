import type { Words } from '../words.ts';
import { stepped } from './answered.ts';
import type { Asking } from './asking.ts';
import { addressStep, folderStep } from './addressStep.ts';
import { kinds, nameProblem, suggestedName, type Draft, type Kind } from './draft.ts';
import { foundWords } from './probe.ts';
import { signInSteps } from './signIn.ts';
import { isRemote } from './spec.ts';
import { takeSteps, type Step } from './steps.ts';
import { tryStep, type Trying } from './tryStep.ts';

export interface WizardParts {
  readonly ask: Asking;
  readonly words: Words;
  readonly attempt: Trying;
  /** Names that other connections have. */
  readonly taken: readonly string[];
}

/** Leads the user to a connection that has been tried. Undefined when they went away. */
export async function addConnection(parts: WizardParts): Promise<Draft | undefined> {
  const title = parts.words.t('Add Connection');
  const steps: readonly Step<Draft>[] = [
    kindStep(parts, title),
    folderStep(parts, title),
    addressStep(parts, title),
    tryStep({ ...parts, title }, () => true),
    ...signInSteps({ ...parts, title }, (draft) => isRemote(draft) && draft.credentials === undefined),
    tryStep({ ...parts, title }, (draft) => draft.tried === undefined),
    nameStep(parts, title),
  ];
  return takeSteps(steps, { kind: 'service', url: '', level: 'user' });
}

function kindStep({ ask, words: { t } }: WizardParts, title: string): Step<Draft> {
  const told: Readonly<Record<Kind, { label: string; detail: string }>> = {
    service: { label: t('Log service or ops-jobs'), detail: t('An address that begins with https://') },
    redis: { label: t('Redis, as Execution Logs writes it'), detail: t('redis:// or rediss://, read directly') },
    sharedRedis: { label: t('Redis of ops-jobs'), detail: t('The stream that its agents share, read directly') },
    cronjobs: { label: t('Cron-job API'), detail: t('Jobs, their runs and their logs, over https://') },
    jobs: { label: t('Job API'), detail: t('Jobs in the background, by their ids, over https://') },
    deploymentLog: {
      label: t('Deployment log files (folder)'),
      detail: t('Files like deploy_app_20260131_120000.json, read while they are written'),
    },
    checkpoint: {
      label: t('kubexm checkpoints (folder)'),
      detail: t('Files like CreateCluster.checkpoint.json, read while they are written'),
    },
    store: { label: t('A store on this machine'), detail: t('A file that “execlogs run” wrote') },
  };
  const choices = kinds.map((kind) => ({ ...told[kind], value: kind }));
  return {
    asks: true,
    applies: () => true,
    async run(draft, canGoBack) {
      const prompt = t('Where do executions come from?');
      return stepped(await ask.pick({ title, prompt, choices, canGoBack }), (kind) => ({ ...draft, kind }));
    },
  };
}

function nameStep({ ask, words, taken }: WizardParts, title: string): Step<Draft> {
  const { t } = words;
  return {
    asks: true,
    applies: () => true,
    async run(draft, canGoBack) {
      const { tried } = draft;
      const found = tried && 'executions' in tried ? t('Found: {0}.', foundWords(tried, words)) : '';
      const answer = await ask.input({
        title,
        prompt: [found, t('What shall it be called?')].filter((part) => part !== '').join(' '),
        value: draft.name ?? suggestedName(draft.url, taken),
        canGoBack,
        check: (typed) => nameProblem(typed, taken, t),
      });
      return stepped(answer, (name) => ({ ...draft, name: name.trim() }));
    },
  };
}
