import type { Credentials, CredentialStore } from '../../../model/connect.ts';
import { LogError, type ErrorCode } from '../../../model/errors.ts';
import { unreachable } from '../../httpErrors.ts';
import { parseJson } from './json.ts';
import { fieldsOf, listOf, textOf, type Fields } from '../../values.ts';

export interface SessionOptions {
  readonly credentials?: CredentialStore;
  readonly fetch?: typeof fetch;
  readonly trace?: (words: string) => void;
}

interface Answer {
  readonly status: number;
  readonly body: Fields;
}

/** Who is asking: signs in with a password, exchanges tokens that have run out, and keeps what it was given. */
export class Session {
  readonly #base: URL;
  readonly #options: SessionOptions;
  #token: string | undefined;
  #renewing: Promise<void> | undefined;

  constructor(base: URL, options: SessionOptions) {
    this.#base = base;
    this.#options = options;
  }

  /** The headers that prove who asks; signs in when there is no token yet. Throws unauthorized and unavailable. */
  async headers(): Promise<Record<string, string>> {
    if (this.#token === undefined) {
      const kept = await this.#options.credentials?.get();
      if (kept?.token !== undefined) this.#token = kept.token;
      else if (kept?.refreshToken !== undefined || kept?.password !== undefined) await this.renew(undefined);
    }
    return this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
  }

  /** Gets another token than the `refused` one; when several ask at the same time it is done once. */
  async renew(refused: string | undefined): Promise<void> {
    if (this.#token !== undefined && refused !== `Bearer ${this.#token}`) return;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const kept = await this.#options.credentials?.get();
    // Another window may have exchanged it already.
    if (kept?.token !== undefined && this.#token !== undefined && kept.token !== this.#token) this.#token = kept.token;
    else if (!(kept?.refreshToken !== undefined && (await this.#refresh(kept, kept.refreshToken))))
      await this.#login(kept);
  }

  /** Every refresh token works once: the new one is kept before anything else is done. */
  async #refresh(kept: Credentials, refresh: string): Promise<boolean> {
    this.#options.trace?.('POST /api/auth/refresh/');
    const { status, body } = await this.#post('api/auth/refresh/', { refresh });
    const token = textOf(body['access']);
    if (status >= 500 || status === 429) throw this.#refusal(status, body);
    if (status !== 200 || token === undefined) return false;
    this.#token = token;
    const refreshToken = textOf(body['refresh']) ?? refresh;
    await this.#options.credentials?.set({ ...kept, token, refreshToken });
    return true;
  }

  async #login(kept: Credentials | undefined): Promise<void> {
    if (kept?.user === undefined || kept.password === undefined)
      throw new LogError(
        'unauthorized',
        `${this.#base.origin} does not know who is asking${this.#token === undefined ? '' : ': the session has ended'}. Sign in again with a user and a password, or give the connection a token.`,
      );
    this.#options.trace?.('POST /api/auth/login/');
    const { status, body } = await this.#post('api/auth/login/', { username: kept.user, password: kept.password });
    const content = fieldsOf(body['content'] ?? body);
    const token = textOf(content['access_token'] ?? content['access']);
    if (status !== 200 || token === undefined) throw this.#refusal(status, body);
    this.#token = token;
    const refreshToken = textOf(content['refresh_token'] ?? content['refresh']);
    await this.#options.credentials?.set({ ...kept, token, ...(refreshToken !== undefined && { refreshToken }) });
  }

  #refusal(status: number, body: Fields): LogError {
    const content = fieldsOf(body['content']);
    const errors = fieldsOf(content['errors']);
    const { origin } = this.#base;
    if (status === 423) return new LogError('forbidden', lockedWords(origin, content));
    if (Object.keys(errors).some((field) => field.startsWith('captcha')))
      return refused(origin, 'wants a captcha typed in at every sign-in');
    if ('otp_token' in errors) return refused(origin, 'wants a one-time code for this account at every sign-in');
    const said = Object.values(errors).flatMap(listOf).map(textOf).filter(Boolean);
    const words =
      textOf(said.join(' ')) ?? textOf(body['message']) ?? textOf(body['detail']) ?? `it answered ${status}`;
    return new LogError(codeOf(status), `${origin} did not sign the user in: ${words}`);
  }

  async #post(path: string, body: unknown): Promise<Answer> {
    const url = new URL(path, this.#base);
    try {
      const answer = await (this.#options.fetch ?? fetch)(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(30_000),
      });
      return { status: answer.status, body: jsonFields(await answer.text()) };
    } catch (error) {
      throw unreachable(url, error);
    }
  }
}

/** Whatever is wrong with a sign-in, its user is not known yet. */
function codeOf(status: number): ErrorCode {
  if (status === 429) return 'throttled';
  return status >= 500 ? 'unavailable' : 'unauthorized';
}

function jsonFields(text: string): Fields {
  try {
    return fieldsOf(parseJson(text));
  } catch {
    return {};
  }
}

function refused(origin: string, what: string): LogError {
  const remedy = 'That cannot be done here: sign in with a browser and give the connection the token.';
  return new LogError('unauthorized', `${origin} ${what}. ${remedy}`);
}

function lockedWords(origin: string, content: Fields): string {
  const until = textOf(content['unlock_time']);
  const minutes = textOf(content['cooloff_time_minutes']);
  const when = until
    ? `It opens again at ${until}`
    : minutes
      ? `It opens again in ${minutes} min`
      : 'An administrator opens it';
  return `${origin} has locked this account after too many failed sign-ins. ${when}.`;
}
