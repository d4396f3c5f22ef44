import type { Words } from '../words.ts';
import type { Asking } from './asking.ts';
import { isWeb, type Draft } from './draft.ts';
import { stepped } from './answered.ts';
import type { Step } from './steps.ts';

export interface SignInParts {
  readonly ask: Asking;
  readonly words: Words;
  readonly title: string;
}

/** Asks how to sign in, and for what that needs. What was tried before no longer tells anything then. */
export function signInSteps(parts: SignInParts, applies: (draft: Draft) => boolean): readonly Step<Draft>[] {
  return [wayStep(parts, applies), tokenStep(parts), userStep(parts), passwordStep(parts)];
}

function wayStep({ ask, words: { t }, title }: SignInParts, applies: (draft: Draft) => boolean): Step<Draft> {
  const none = { label: t('Without signing in'), value: 'none' } as const;
  const token = { label: t('With a token'), value: 'token' } as const;
  const password = { label: t('With user and password'), value: 'password' } as const;
  return {
    asks: true,
    applies,
    async run(draft, canGoBack) {
      const works = draft.tried !== undefined && 'executions' in draft.tried;
      const ways = isWeb(draft.kind) ? [token, password] : [password];
      const choices = works ? [none, ...ways] : [...ways, none];
      const prompt = works ? t('It answers without signing in.') : t('How do you sign in?');
      const answer = await ask.pick({ title, prompt, choices, canGoBack });
      return stepped(answer, (signIn) => ({ ...draft, signIn }));
    },
  };
}

function tokenStep({ ask, words: { t }, title }: SignInParts): Step<Draft> {
  return {
    asks: true,
    applies: ({ signIn }) => signIn === 'token',
    async run({ tried: _, ...draft }, canGoBack) {
      const answer = await ask.input({
        title,
        prompt: t('The token; it is kept in the editor’s secret storage'),
        secret: true,
        canGoBack,
        check: (typed) => (typed.trim() === '' ? t('A token is needed.') : undefined),
      });
      return stepped(answer, (token) => ({ ...draft, credentials: { token: token.trim() } }));
    },
  };
}

function userStep({ ask, words: { t }, title }: SignInParts): Step<Draft> {
  return {
    asks: true,
    applies: ({ signIn }) => signIn === 'password',
    async run(draft, canGoBack) {
      const answer = await ask.input({
        title,
        prompt: isWeb(draft.kind) ? t('The user') : t('The user; empty when Redis has none'),
        value: draft.credentials?.user ?? '',
        canGoBack,
        check: (typed) => (typed.trim() === '' && isWeb(draft.kind) ? t('A user is needed.') : undefined),
      });
      return stepped(answer, (user) => {
        const { credentials: _, ...rest } = draft;
        return user.trim() === '' ? rest : { ...rest, credentials: { user: user.trim() } };
      });
    },
  };
}

function passwordStep({ ask, words: { t }, title }: SignInParts): Step<Draft> {
  return {
    asks: true,
    applies: ({ signIn }) => signIn === 'password',
    async run({ tried: _, ...draft }, canGoBack) {
      const answer = await ask.input({
        title,
        prompt: t('The password; it is kept in the editor’s secret storage'),
        secret: true,
        canGoBack,
        check: (typed) => (typed === '' ? t('A password is needed.') : undefined),
      });
      return stepped(answer, (password) => ({ ...draft, credentials: { ...draft.credentials, password } }));
    },
  };
}
