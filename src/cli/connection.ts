import { defaultConnection, homeFolder } from '../sources/home.ts';
import { openSink, openSource, type Opened } from '../sources/open.ts';
import type { LogSink } from '../model/sink.ts';
import type { Option } from './commandLine.ts';

export const fromOption: Option = {
  type: 'string',
  value: 'connection',
  help: 'Read from there (default: the local store in EXECLOGS_HOME)',
};
export const jsonOption: Option = { type: 'boolean', help: 'Print one JSON object per line and nothing else' };

function connectionOr(url: string | undefined): string {
  return url ?? defaultConnection(homeFolder(process.env, process.platform));
}

export function openFrom(url: string | undefined): Promise<Opened> {
  return openSource(connectionOr(url), { notify });
}

export function openTo(url: string | undefined): Promise<LogSink> {
  return openSink(connectionOr(url), { notify });
}

function notify(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}
