import { redactUrl } from '../base/connectionUrl.ts';
import type { LogSink } from '../model/sink.ts';
import { defaultConnection, homeFolder } from '../sources/home.ts';
import { openSink, openSource, type OpenOptions, type Opened } from '../sources/open.ts';
import { usageError, type Option, type Words } from './commandLine.ts';
import { environmentCredentials, fileCredentials, readOwnFile } from './credentials.ts';

/** How what is elsewhere is reached; part of every verb that opens a connection. */
export const reachOptions = {
  credentials: {
    type: 'string',
    value: 'file',
    help: 'JSON with "token", or "user" and "password" (default: EXECLOGS_TOKEN, or EXECLOGS_USER and EXECLOGS_PASSWORD)',
  },
  ca: { type: 'string', value: 'file', help: 'Trust these certificates (PEM) too' },
  insecure: { type: 'boolean', help: 'Trust any certificate' },
  'stream-url': { type: 'string', value: 'url', help: 'Where event streams are served, if not where the rest is' },
} as const satisfies Readonly<Record<string, Option>>;

export const fromOptions = {
  from: {
    type: 'string',
    value: 'connection',
    help: 'Read from there (default: the local store in EXECLOGS_HOME)',
  },
  ...reachOptions,
} as const satisfies Readonly<Record<string, Option>>;

export const jsonOption: Option = { type: 'boolean', help: 'Print one JSON object per line and nothing else' };

/** Opens what `--from` names. */
export async function openFrom(words: Words): Promise<Opened> {
  const url = connectionOr(words.text('from'));
  return openSource(url, await openOptions(words, url));
}

/** Opens what `--to` names. */
export async function openTo(words: Words): Promise<LogSink> {
  const url = connectionOr(words.text('to'));
  return openSink(url, await openOptions(words, url));
}

function connectionOr(url: string | undefined): string {
  return url ?? defaultConnection(homeFolder(process.env, process.platform));
}

/** How to reach `url`, by what was typed and by the environment. Its sockets end with the program. */
export async function openOptions(words: Words, url: string): Promise<OpenOptions> {
  const streamUrl = words.text('stream-url');
  if (streamUrl !== undefined && !URL.canParse(streamUrl))
    throw usageError(`--stream-url takes a URL, not "${redactUrl(streamUrl)}".`);
  const options = await optionsWith(words, url, { option: 'credentials', variables: 'EXECLOGS' });
  return { ...options, ...(streamUrl !== undefined && !isFile(url) && { streamUrl }) };
}

/** As `openOptions`, for the archive of a service: what proves who is asking there is its own, and goes nowhere else. */
export async function archiveOptions(words: Words, url: string): Promise<OpenOptions> {
  return optionsWith(words, url, { option: 'archive-credentials', variables: 'EXECLOGS_ARCHIVE' });
}

/** Where credentials come from: an option that names a file, else variables of the environment. */
interface Proof {
  readonly option: string;
  readonly variables: string;
}

async function optionsWith(words: Words, url: string, { option, variables }: Proof): Promise<OpenOptions> {
  if (isFile(url)) return { notify };
  const file = words.text(option);
  const caFile = words.text('ca');
  const ca = caFile === undefined ? undefined : readOwnFile(caFile, 'The CA file');
  const tls = { ...(ca !== undefined && { ca }), ...(words.flag('insecure') && { allowSelfSigned: true }) };
  return {
    notify,
    credentials: file === undefined ? environmentCredentials(process.env, variables) : fileCredentials(file),
    tls,
    ...(/^([a-z0-9]+\+)?https?:/i.test(url) && { fetch: await fetchOver(tls) }),
    ...(process.env['EXECLOGS_DEBUG'] === '1' && { trace: notify }),
  };
}

function isFile(url: string): boolean {
  return !/^[a-z0-9+.-]+:\/\//i.test(url) || url.startsWith('sqlite:');
}

async function fetchOver(tls: { readonly ca?: string; readonly allowSelfSigned?: boolean }): Promise<typeof fetch> {
  const { connectFetch } = await import('../sources/fetch.ts');
  return (await connectFetch(tls)).fetch;
}

function notify(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}
