import { ProgressLocation, Uri, window, workspace } from 'vscode';
import { homedir } from 'node:os';
import type { ExportRequest } from '../../bridge/logHost.ts';
import type { LogScope } from '../../model/query.ts';
import type { LogSource } from '../../model/source.ts';
import { exportLog as exportParts } from '../../tools/exportLog.ts';
import type { Words } from '../words.ts';
import { formatOf, jsonEndings, textEndings, type Format } from './exportFormat.ts';
import { cancelledWith } from './cancel.ts';
import { writeFile } from './writeFile.ts';

/** Asks for a file and streams the log into it, with progress; what was cancelled or broke off leaves no file. */
export async function exportLog(
  source: LogSource,
  request: ExportRequest,
  words: Words,
  signal?: AbortSignal,
): Promise<{ lines: number } | undefined> {
  const { scope } = request;
  const wanted = request.format ?? (await askForFormat(words));
  const target = wanted && (await askForFile(scope, wanted, words));
  if (!target) return undefined;
  const format = formatOf(target.path, wanted);
  const options = { location: ProgressLocation.Notification, title: words.t('Exporting log'), cancellable: true };
  const lines = await window.withProgress(options, (progress, token) =>
    cancelledWith(token, signal, (ended) =>
      exportTo(target, source, { scope, format }, { signal: ended, report: (step) => progress.report(step) }, words),
    ),
  );
  void offerToOpen(target, lines, words);
  return { lines };
}

export interface Exporting {
  readonly signal: AbortSignal;
  readonly report: (step: { message: string; increment?: number }) => void;
}

/** Resolves with how many lines were written. */
export async function exportTo(
  target: Uri,
  source: LogSource,
  { scope, format }: Required<ExportRequest>,
  { signal, report }: Exporting,
  words: Words,
): Promise<number> {
  const count = new Intl.NumberFormat(words.language);
  let written = 0;
  async function* texts(): AsyncGenerator<string> {
    for await (const part of exportParts(source, { scope, format }, { signal })) {
      yield part.text;
      written += part.lines;
      const message = words.t('{0} lines', count.format(written));
      report({ message, ...(part.total && { increment: (part.lines / part.total) * 100 }) });
    }
  }
  await writeFile(target, texts());
  return written;
}

async function askForFormat({ t }: Words): Promise<Format | undefined> {
  const items: { label: string; description: string; format: Format }[] = [
    { label: t('Text'), description: t('The lines as they are, colours left out'), format: 'text' },
    { label: t('JSON Lines'), description: t('One object per line, with time, stream and level'), format: 'jsonLines' },
  ];
  return (await window.showQuickPick(items, { title: t('Export Log') }))?.format;
}

async function askForFile(scope: LogScope, format: Format, { t }: Words): Promise<Uri | undefined> {
  const text = { [t('Log')]: textEndings };
  const json = { [t('JSON Lines')]: jsonEndings };
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
  return window.showSaveDialog({
    title: t('Export Log'),
    defaultUri: Uri.joinPath(folder, `${fileName(scope)}.${format === 'text' ? 'log' : 'jsonl'}`),
    filters: format === 'text' ? { ...text, ...json } : { ...json, ...text },
  });
}

/** What a log is called as a file: no separators, nothing hidden, not too long. */
function fileName({ execution, step, host }: LogScope): string {
  const name = [execution, step, host].filter((part) => part !== undefined && part !== '').join('-');
  return (
    name
      .replace(/[^\p{L}\p{N}._-]+/gu, '_')
      .replace(/^\.+/, '')
      .slice(0, 100) || 'log'
  );
}

async function offerToOpen(target: Uri, lines: number, { t, language }: Words): Promise<void> {
  const open = t('Open');
  const message = t('{0} lines exported to {1}.', new Intl.NumberFormat(language).format(lines), target.fsPath);
  if ((await window.showInformationMessage(message, open)) === open) await window.showTextDocument(target);
}
