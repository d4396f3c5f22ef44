import { randomUUID } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function enveloped(content: unknown, message = '操作成功'): Answer {
  return { status: 200, body: { code: 200, message, success: true, ...(content !== undefined && { content }) } };
}

export function refused(message: string, content?: unknown): Answer {
  return { status: 400, body: { code: 400, message, success: false, ...(content !== undefined && { content }) } };
}

/** What the framework answers itself stands in no envelope. */
export function bare(status: number, detail: string, more: Record<string, unknown> = {}, headers = {}): Answer {
  return { status, body: { detail, ...more }, headers };
}

/** Users, and the tokens given to them: a refresh token works once. */
export class Accounts {
  readonly #passwords = new Map<string, string>();
  readonly #access = new Set<string>();
  readonly #refresh = new Set<string>();
  #failures = 0;
  /** Sign-ins wait for something that only a person can give. */
  demand: 'captcha' | 'otp' | undefined;
  refreshes = 0;
  logins = 0;

  add(user: string, password: string): void {
    this.#passwords.set(user, password);
  }

  get areNeeded(): boolean {
    return this.#passwords.size > 0;
  }

  /** All access tokens run out; refresh tokens do too when told. */
  expire(refreshToo = false): void {
    this.#access.clear();
    if (refreshToo) this.#refresh.clear();
  }

  knows(authorization: string | undefined): boolean {
    return !this.areNeeded || this.#access.has(authorization?.replace(/^Bearer /, '') ?? '');
  }

  login({ username, password }: Record<string, unknown>): Answer {
    this.logins++;
    if (this.#failures >= 3) return locked();
    const wrong = (field: string, words: string) => refused('登录失败', { errors: { [field]: [words] } });
    if (this.demand === 'captcha') return wrong('captcha_value', '验证码不能为空');
    if (typeof username !== 'string' || this.#passwords.get(username) !== password) {
      this.#failures++;
      return bare(401, '找不到指定凭据对应的有效用户', { code: 'no_active_account' });
    }
    if (this.demand === 'otp') return wrong('otp_token', '该账户已启用双因子认证，请输入验证码');
    const { access, refresh } = this.#issue();
    return enveloped({ user: { id: 1, username }, access_token: access, refresh_token: refresh }, '登录成功');
  }

  refresh({ refresh }: Record<string, unknown>): Answer {
    this.refreshes++;
    if (typeof refresh !== 'string' || !this.#refresh.delete(refresh))
      return bare(401, '令牌已被加入黑名单', { code: 'token_not_valid' });
    return { status: 200, body: this.#issue() };
  }

  #issue() {
    const access = `access-${randomUUID()}`;
    const refresh = `refresh-${randomUUID()}`;
    this.#access.add(access);
    this.#refresh.add(refresh);
    return { access, refresh };
  }
}

function locked(): Answer {
  const content = {
    failure_limit: 3,
    cooloff_time_minutes: 30,
    unlock_time: '2026-03-01 10:30:00',
    failures_remaining: 0,
  };
  return { status: 423, body: { code: 423, message: '账户已被锁定', success: false, content } };
}
