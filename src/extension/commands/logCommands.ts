import { window } from 'vscode';
import type { ExportRequest, ViewCommand } from '../../bridge/logHost.ts';
import { openAsDocument } from '../documents/logDocuments.ts';
import { exportLog } from '../panel/exportLog.ts';
import type { Command } from './command.ts';
import { addressFrom } from './target.ts';

/** Commands that a log view carries out itself; keys and palette reach it this way. */
type Forwarded = Exclude<ViewCommand['command'], 'show' | 'settings'>;

function forwarded(name: string, command: Forwarded): Command {
  return {
    name,
    run: ({ panels }) => panels.active?.send({ command }),
  };
}

export const viewCommands: readonly Command[] = [
  forwarded('log.find', 'find'),
  forwarded('log.nextError', 'nextError'),
  forwarded('log.previousError', 'previousError'),
  forwarded('log.follow', 'follow'),
  forwarded('log.selectAll', 'selectAll'),
  forwarded('log.copy', 'copy'),
];

/** Writes a log to a file the user chooses. */
export const exportCommand: Command = {
  name: 'exportLog',
  async run(parts, given) {
    const { connection, scope } = addressFrom(given, parts);
    const format = await chooseFormat(parts.words.t);
    if (!format) return;
    const { source } = await parts.connections.get(connection).open();
    await exportLog(source, { scope, format }, parts.words);
  },
};

export const openInEditor: Command = {
  name: 'openInEditor',
  run: (parts, given) => openAsDocument(addressFrom(given, parts)),
};

async function chooseFormat(t: (english: string) => string): Promise<ExportRequest['format'] | undefined> {
  const items: { label: string; description: string; format: ExportRequest['format'] }[] = [
    { label: t('Text'), description: t('The lines as they are, colours left out'), format: 'text' },
    { label: t('JSON Lines'), description: t('One object per line, with time, stream and level'), format: 'jsonLines' },
  ];
  return (await window.showQuickPick(items, { title: t('Export Log') }))?.format;
}
