import { redactUrl } from '../../base/connectionUrl.ts';
import type { Words } from '../words.ts';
import { stepped } from './answered.ts';
import type { Asking, Choice } from './asking.ts';
import { dialectChoices, withDialect } from './dialect.ts';
import { addressOf, addressProblem, isWeb, kindOf, nameProblem, type Draft } from './draft.ts';
import type { ConnectionSpec } from './spec.ts';
import { isRemote } from './spec.ts';
import { addressPrompt } from './addressStep.ts';
import { takeSteps, type Step, type Stepped } from './steps.ts';
import { tryStep, type Trying } from './tryStep.ts';

export interface EditParts {
  readonly ask: Asking;
  readonly words: Words;
  readonly attempt: Trying;
  /** Names that other connections have. */
  readonly taken: readonly string[];
}

type Part = 'name' | 'address' | 'dialect' | 'streamUrl' | 'ca' | 'selfSigned' | 'proxy' | 'automatic';

/** Lets the user change one thing of a connection, and tries it. Undefined when they went away. */
export async function editConnection(begun: Draft, parts: EditParts): Promise<Draft | undefined> {
  const title = parts.words.t('Edit Connection');
  let part: Part | undefined;
  const which: Step<Draft> = {
    asks: true,
    applies: () => true,
    async run(draft) {
      const prompt = parts.words.t('What shall be changed?');
      const answer = await parts.ask.pick({ title, prompt, choices: partsOf(draft, parts.words), canGoBack: false });
      return stepped(answer, (chosen) => {
        part = chosen;
        return draft;
      });
    },
  };
  const change: Step<Draft> = {
    asks: true,
    applies: () => part !== undefined,
    run: async (draft) => (part === undefined ? draft : changed(part, draft, parts, title)),
  };
  const needsTrying = (): boolean => part !== 'name' && part !== 'automatic';
  return takeSteps([which, change, tryStep({ ...parts, title }, needsTrying)], begun);
}

export function draftOf(spec: ConnectionSpec): Draft {
  return { ...spec, kind: kindOf(spec.url) };
}

function partsOf(draft: Draft, { t }: Words): readonly Choice<Part>[] {
  const { name = '', url, streamUrl, ca, proxy, allowSelfSigned, automatic, level } = draft;
  const yesNo = (flag: boolean | undefined): string => (flag ? t('yes') : t('no'));
  const always: readonly Choice<Part>[] = [
    { label: t('Name'), detail: name, value: 'name' },
    { label: t('Address'), detail: redactUrl(url), value: 'address' },
  ];
  if (!isRemote(draft)) return always;
  return [
    ...always,
    { label: t('Certificate file (CA)'), detail: ca ?? t('none'), value: 'ca' },
    { label: t('Allow self-signed certificates'), detail: yesNo(allowSelfSigned), value: 'selfSigned' },
    ...(isWeb(draft.kind)
      ? [
          { label: t('What answers there'), detail: dialectWords(url, t), value: 'dialect' as const },
          { label: t('Proxy'), detail: proxy ?? t('as the editor'), value: 'proxy' as const },
          { label: t('Address of event streams'), detail: streamUrl ?? t('the same'), value: 'streamUrl' as const },
        ]
      : []),
    ...(level === 'user'
      ? [{ label: t('Connect by itself'), detail: yesNo(automatic), value: 'automatic' as const }]
      : []),
  ];
}

async function changed(part: Part, draft: Draft, { ask, words: { t }, taken }: EditParts, title: string) {
  const typed = async (
    prompt: string,
    value: string,
    then: (text: string) => Draft,
    check: (text: string) => string | undefined = () => undefined,
  ): Promise<Stepped<Draft>> => stepped(await ask.input({ title, prompt, value, canGoBack: true, check }), then);
  const { streamUrl = '', ca = '', proxy = '', allowSelfSigned, automatic } = draft;
  switch (part) {
    case 'dialect': {
      const question = { title, prompt: t('What answers there'), choices: dialectChoices(draft, t), canGoBack: true };
      return stepped(await ask.pick(question), (dialect) => withDialect(draft, dialect));
    }
    case 'name': {
      const check = (name: string) => nameProblem(name, taken, t);
      return typed(t('What shall it be called?'), draft.name ?? '', (name) => ({ ...draft, name: name.trim() }), check);
    }
    case 'address': {
      const prompt = addressPrompt(draft.kind, t);
      const check = (url: string) => addressProblem(draft.kind, url, t);
      return typed(prompt, draft.url, (url) => ({ ...draft, ...addressOf(draft.kind, url) }), check);
    }
    case 'streamUrl': {
      const check = (url: string) => (url.trim() === '' ? undefined : addressProblem('service', url, t));
      const then = (url: string) => setText(draft, 'streamUrl', url.trim() && addressOf('service', url).url);
      return typed(t('The address of event streams; empty when it is the same'), streamUrl, then, check);
    }
    case 'ca':
      return typed(t('The path of a certificate file; empty for none'), ca, (path) =>
        setText(draft, 'ca', path.trim()),
      );
    case 'proxy':
      return typed(t('The proxy, like http://proxy:3128; empty for the editor’s'), proxy, (url) =>
        setText(draft, 'proxy', url.trim()),
      );
    case 'selfSigned':
      return { ...draft, allowSelfSigned: allowSelfSigned !== true };
    case 'automatic':
      return { ...draft, automatic: automatic !== true };
  }
}

function dialectWords(url: string, t: Words['t']): string {
  const [, prefix = ''] = /^([a-z]+)\+https?:/i.exec(url) ?? [];
  return prefix === '' ? t('found out by asking') : prefix;
}

function setText(draft: Draft, key: 'streamUrl' | 'ca' | 'proxy', text: string): Draft {
  const { [key]: _, ...rest } = draft;
  return text === '' ? rest : { ...rest, [key]: text };
}
