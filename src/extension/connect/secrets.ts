import type { Credentials, CredentialStore } from '../../model/connect.ts';
import { audienceOf, type ConnectionSpec } from './spec.ts';

/** Of the editor's secret storage, what is used. */
export interface SecretPlace {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

type Meant = Pick<ConnectionSpec, 'name' | 'url' | 'streamUrl'>;

/**
 * Credentials, kept by the editor and nowhere else. They are kept for a connection's name *and* for whom they are
 * meant, so a URL that is changed later leads to none.
 */
export class ConnectionSecrets {
  readonly #place: SecretPlace;
  /** Secrets seen so far, to be kept out of what is logged. */
  readonly #seen = new Set<string>();

  constructor(place: SecretPlace) {
    this.#place = place;
  }

  of(spec: Meant): CredentialStore {
    return { get: () => this.get(spec), set: (credentials) => this.set(spec, credentials) };
  }

  async get(spec: Meant): Promise<Credentials | undefined> {
    const kept = await this.#place.get(keyOf(spec));
    if (kept === undefined) return undefined;
    const credentials = credentialsIn(kept);
    this.#note(credentials);
    return credentials;
  }

  async set(spec: Meant, credentials: Credentials): Promise<void> {
    this.#note(credentials);
    await this.#place.store(keyOf(spec), JSON.stringify(credentials));
  }

  async forget(spec: Meant): Promise<void> {
    await this.#place.delete(keyOf(spec));
  }

  /** For a connection that goes by another name from now on. Another audience gets nothing. */
  async move(from: Meant, to: Meant): Promise<void> {
    const credentials = await this.get(from);
    if (credentials && audienceOf(from).join(' ') === audienceOf(to).join(' ')) await this.set(to, credentials);
    if (keyOf(from) !== keyOf(to)) await this.forget(from);
  }

  /** The words without any secret that has been seen. */
  redact(words: string): string {
    return [...this.#seen].reduce((text, secret) => text.replaceAll(secret, '…'), words);
  }

  #note(credentials: Credentials | undefined): void {
    const { password, token, refreshToken } = credentials ?? {};
    // What is very short would be found in any word.
    for (const secret of [password, token, refreshToken])
      if (secret !== undefined && secret.length >= 4) this.#seen.add(secret);
  }
}

function keyOf(spec: Meant): string {
  return JSON.stringify(['connection', spec.name, ...audienceOf(spec)]);
}

function credentialsIn(kept: string): Credentials | undefined {
  try {
    const value: unknown = JSON.parse(kept);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not ours, or of another version: as good as none.
    return undefined;
  }
}
