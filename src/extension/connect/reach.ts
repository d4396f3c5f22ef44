import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { CredentialStore, FoundSystem } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import type { Opened } from '../../sources/open.ts';
import type { Translate } from '../words.ts';
import { placedUrl, type FilePlaces } from './placedUrl.ts';
import type { ConnectionSpec } from './spec.ts';

/** What is needed to reach what a connection names. */
export interface Reach {
  readonly credentials: CredentialStore;
  /** The editor's own settings of proxies. */
  readonly proxies: () => { readonly proxy?: string; readonly noProxy?: string };
  /** Tells the user what is worth knowing though nothing failed. */
  readonly notify: (words: string) => void;
  /** Is told what the connection does. */
  readonly trace: (words: string) => void;
  /** Is told what answers there. */
  readonly found?: (system: FoundSystem) => void;
  readonly places: () => FilePlaces;
  readonly t: Translate;
}

/** Opens a connection the way its settings want. Whoever opened it disposes it. */
export async function openReaching(spec: ConnectionSpec, reach: Reach): Promise<Opened> {
  const ca = spec.ca === undefined ? undefined : await readCertificates(spec.ca, reach.t);
  const tls = { ...(ca !== undefined && { ca }), ...(spec.allowSelfSigned && { allowSelfSigned: true }) };
  const network = await networkOf(spec, tls, reach);
  try {
    const { openSource } = await import('../../sources/open.ts');
    const opened = await openSource(placedUrl(spec.url, reach.places(), reach.t), {
      credentials: reach.credentials,
      notify: reach.notify,
      trace: reach.trace,
      ...(reach.found && { found: reach.found }),
      tls,
      ...(network && { fetch: network.fetch }),
      ...(spec.streamUrl !== undefined && { streamUrl: spec.streamUrl }),
    });
    const dispose = async (): Promise<void> => {
      await opened[Symbol.asyncDispose]();
      await network?.[Symbol.asyncDispose]();
    };
    return { ...opened, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await network?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** The editor's own `fetch` knows the editor's proxy; what a connection asks for besides, it cannot do. */
async function networkOf(spec: ConnectionSpec, tls: { ca?: string; allowSelfSigned?: boolean }, reach: Reach) {
  if (!/^([a-z0-9]+\+)?https?:/i.test(spec.url)) return undefined;
  const { connectFetch } = await import('../../sources/fetch.ts');
  const asItIs = spec.proxy === undefined && Object.keys(tls).length === 0;
  if (asItIs) return connectFetch({}, {});
  return connectFetch({ ...reach.proxies(), ...(spec.proxy !== undefined && { proxy: spec.proxy }), ...tls });
}

async function readCertificates(named: string, t: Translate): Promise<string> {
  const path = named.startsWith('~/') ? join(homedir(), named.slice(2)) : named;
  if (!isAbsolute(path)) throw new LogError('invalidRequest', t('The CA file “{0}” is no absolute path.', named));
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LogError('invalidRequest', t('The CA file cannot be read: {0}', reason), { cause: error });
  }
}
