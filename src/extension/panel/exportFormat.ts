import type { ExportRequest } from '../../bridge/logHost.ts';

export type Format = NonNullable<ExportRequest['format']>;

export const textEndings = ['log', 'txt'];
export const jsonEndings = ['jsonl', 'ndjson', 'json'];

/** What a file is to hold: its name says it, where it says anything. */
export function formatOf(path: string, wanted: Format): Format {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (jsonEndings.includes(ending)) return 'jsonLines';
  return textEndings.includes(ending) ? 'text' : wanted;
}
