import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates } from 'node:tls';
import { LogError } from '../model/errors.ts';

/** What stands between this machine and a system. */
export interface Network {
  /** Certificates trusted besides the usual ones, as PEM. */
  readonly ca?: string;
  /** Any certificate will do. */
  readonly allowSelfSigned?: boolean;
  /** Where requests go through; empty for straight on. Default: what the environment names. */
  readonly proxy?: string;
  /** Hosts that are reached without it, separated by commas. */
  readonly noProxy?: string;
}

/** Whoever made it disposes it, which ends what still goes on. */
export interface NetworkFetch extends AsyncDisposable {
  readonly fetch: typeof fetch;
}

/** Environment variables, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A `fetch` for this network: the platform's own, unless that could not do what is wanted. Throws `invalidRequest`
 * for a proxy or certificates that make no sense; what is fetched throws `unavailable` for a certificate not trusted.
 */
export async function connectFetch(network: Network, env: Environment = process.env): Promise<NetworkFetch> {
  const proxies = proxiesOf(network, env);
  const own =
    network.ca !== undefined || network.allowSelfSigned === true || proxies.http !== '' || proxies.https !== '';
  if (!own && network.proxy === undefined)
    return { fetch: telling((input, init) => fetch(input, init)), async [Symbol.asyncDispose]() {} };
  const { EnvHttpProxyAgent, fetch: fetchThrough } = await import('./fetch/undici.ts');
  const tls = { ...trusting(network.ca), rejectUnauthorized: network.allowSelfSigned !== true };
  const agent = new EnvHttpProxyAgent({
    httpProxy: proxies.http,
    httpsProxy: proxies.https,
    noProxy: proxies.except,
    // Many proxies tunnel to port 443 only.
    proxyTunnel: false,
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
  });
  // The package's types name the same things as the platform's.
  const through = fetchThrough as unknown as (input: unknown, init: object) => Promise<Response>;
  return {
    fetch: telling((input, init) => through(input, { ...init, dispatcher: agent })),
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

interface Proxies {
  readonly http: string;
  readonly https: string;
  readonly except: string;
}

function proxiesOf({ proxy, noProxy }: Network, env: Environment): Proxies {
  const http = proxy ?? env['http_proxy'] ?? env['HTTP_PROXY'] ?? '';
  const https = proxy ?? env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '';
  for (const url of [http, https])
    if (url !== '' && !/^(https?|socks5?):$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
      throw new LogError('invalidRequest', 'The proxy is no URL. Write it like http://proxy.example.com:3128.');
  return { http, https, except: noProxy ?? env['no_proxy'] ?? env['NO_PROXY'] ?? '' };
}

function trusting(ca: string | undefined): { secureContext?: ReturnType<typeof createSecureContext> } {
  if (ca === undefined) return {};
  try {
    // What is no certificate is passed over in silence otherwise.
    new X509Certificate(ca);
    return { secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) };
  } catch (error) {
    throw new LogError('invalidRequest', 'The CA file holds no certificates in PEM form.', { cause: error });
  }
}

/** Says of a certificate that is not trusted what can be done about it. */
function telling(fetching: typeof fetch): typeof fetch {
  return async (input, init) => {
    try {
      return await fetching(input, init);
    } catch (error) {
      const reason = certificateProblem(error);
      if (reason === undefined) throw error;
      const { origin } = new URL(input instanceof Request ? input.url : input);
      const words =
        `The certificate of ${origin} is not trusted here: ${reason}. ` +
        'Give the connection the CA file it was signed with, or allow self-signed certificates.';
      throw new LogError('unavailable', words, { cause: error });
    }
  };
}

function certificateProblem(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  if (!/CERT|^UNABLE_TO_/.test(String(cause.code))) return undefined;
  // What it advises then is for who starts Node.
  return cause.message.replace(/;.*$|\.$/s, '');
}
