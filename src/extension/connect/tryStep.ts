import { LogError, type ErrorCode } from '../../model/errors.ts';
import { errorWords } from '../errorWords.ts';
import type { Words } from '../words.ts';
import type { Asking, Choice } from './asking.ts';
import { dialectChoices, withDialect, type Dialect } from './dialect.ts';
import { untried, type Draft } from './draft.ts';
import type { Found } from './probe.ts';
import type { Step, Stepped } from './steps.ts';

/** Tries a draft while the user watches. Resolves with what was found or why not, or `cancelled` by them. */
export type Trying = (draft: Draft) => Promise<Found | LogError | 'cancelled'>;

export interface TryParts {
  readonly ask: Asking;
  readonly words: Words;
  readonly title: string;
  readonly attempt: Trying;
}

/** Tries a connection; when it does not work, asks what to do about it. */
export function tryStep(parts: TryParts, applies: (draft: Draft) => boolean): Step<Draft> {
  return {
    asks: false,
    applies,
    async run(begun, canGoBack) {
      for (let draft = begun; ;) {
        const tried = await parts.attempt(draft);
        if (tried !== 'cancelled' && !(tried instanceof LogError)) return { ...draft, tried };
        // Who has not been asked to sign in will be.
        if (tried !== 'cancelled' && tried.code === 'unauthorized' && !draft.credentials && !draft.signIn)
          return { ...draft, tried };
        const next = await askRemedy(parts, draft, tried, canGoBack);
        if (typeof next !== 'object' || next.tried) return next;
        draft = next;
      }
    },
  };
}

type Remedy = 'again' | 'back' | 'ca' | 'selfSigned' | 'keep' | { readonly dialect: Dialect };

/** A draft that is to be tried anew has no `tried`. */
async function askRemedy(
  { ask, words, title }: TryParts,
  draft: Draft,
  failure: LogError | 'cancelled',
  canGoBack: boolean,
): Promise<Stepped<Draft>> {
  const { t } = words;
  const anew = untried(draft);
  const prompt = failure === 'cancelled' ? t('It was not tried to the end.') : errorWords(failure, words).message;
  const answer = await ask.pick({ title, prompt, choices: remedies(draft, failure, t), canGoBack });
  const remedy = typeof answer === 'object' ? answer.answer : answer;
  if (typeof remedy === 'object') return withDialect(anew, remedy.dialect);
  switch (remedy) {
    case undefined:
    case 'back':
      return remedy;
    case 'again':
      return anew;
    case 'selfSigned':
      return { ...anew, allowSelfSigned: true };
    case 'ca': {
      const ca = await ask.file(t('Trust This Certificate File'));
      return ca === undefined ? anew : { ...anew, ca };
    }
    case 'keep':
      return { ...draft, tried: failure === 'cancelled' ? new LogError('unavailable', prompt) : failure };
  }
}

/** What an address that is taken for something else may answer. */
const mistakes: ReadonlySet<ErrorCode> = new Set(['unavailable', 'notFound', 'invalidRequest', 'internal']);

function remedies(draft: Draft, failure: LogError | 'cancelled', t: Words['t']): readonly Choice<Remedy>[] {
  const encrypted = /^([a-z]+\+)?(https|rediss):/i.test(draft.url);
  const certificates = encrypted && failure !== 'cancelled' && failure.code === 'unavailable';
  return [
    { label: t('Try again'), value: 'again' },
    { label: t('Change what was entered'), value: 'back' },
    ...(certificates
      ? [
          { label: t('Trust a certificate file…'), value: 'ca' as const },
          {
            label: t('Allow self-signed certificates'),
            detail: t('Whoever sits between you and the server could read along.'),
            value: 'selfSigned' as const,
          },
        ]
      : []),
    ...(failure !== 'cancelled' && mistakes.has(failure.code)
      ? dialectChoices(draft, t).map(({ label, value }) => ({ label, value: { dialect: value } }))
      : []),
    { label: t('Keep it as it is'), value: 'keep' },
  ];
}
