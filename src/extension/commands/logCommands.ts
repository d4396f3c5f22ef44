import type { ViewCommand } from '../../bridge/logHost.ts';
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
    const { source } = await parts.connections.get(connection).open();
    await exportLog(source, { scope }, parts.words);
  },
};

export const openInEditor: Command = {
  name: 'openInEditor',
  run: (parts, given) => openAsDocument(addressFrom(given, parts)),
};
