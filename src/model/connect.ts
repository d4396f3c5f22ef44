/** What proves to a system who is asking. Never part of a connection's URL, of settings, or of a log. */
export interface Credentials {
  readonly user?: string;
  readonly password?: string;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** Gets a new token when the old one has run out. */
  readonly refreshToken?: string;
}

/** Where credentials are kept: the editor's secret storage, the environment, a file. */
export interface CredentialStore {
  get(): Promise<Credentials | undefined>;
  /** Keeps tokens that a system has exchanged; the ones before may be worthless from then on. */
  set(credentials: Credentials): Promise<void>;
}

/** How a connection reaches its system. */
export interface ConnectOptions {
  readonly credentials?: CredentialStore;
  /** Honours the proxy and the certificates that the user has set; the platform's `fetch` when absent. */
  readonly fetch?: typeof fetch;
  /** Certificates and proxies for what is no HTTP. */
  readonly tls?: { readonly ca?: string; readonly allowSelfSigned?: boolean };
  /** Where a system serves its event streams, when that is not where it serves its API. */
  readonly streamUrl?: string;
  /** How long a tail or a watch tries to get a broken stream back before it throws, in milliseconds; default five minutes. */
  readonly patience?: number;
  /** Is told what the connection does (requests, reconnections, why), without secrets, for a log. */
  readonly trace?: (words: string) => void;
  /** Is told what answers there, as soon as that is known. */
  readonly found?: (system: FoundSystem) => void;
}

export interface FoundSystem {
  /** Its product name: `Execution Logs`, `ops-jobs`. */
  readonly name: string;
  readonly version?: string;
}
