import type { LogAddress, LogHost, Reveal, ViewCommand, ViewSettings } from '../src/bridge/logHost.ts';
import type { FindBox } from './findBox.ts';
import type { LogActions } from './logActions.ts';
import type { LogRows } from './rows/logRows.ts';
import type { ShownLog } from './shownLog.ts';

/** What the editor's commands act upon. */
interface Commanded {
  readonly findBox: FindBox;
  readonly actions: LogActions;
  shown(): ShownLog | undefined;
  rows(): LogRows;
  show(address: LogAddress, reveal: Reveal): void;
  restyle(settings: ViewSettings): void;
}

/** Does what the editor asks of the view, for as long as it asks. */
export async function obeyCommands(host: LogHost, view: Commanded, signal: AbortSignal): Promise<void> {
  for await (const command of host.commands({}, { signal })) obey(command, view);
}

function obey(command: ViewCommand, view: Commanded): void {
  switch (command.command) {
    case 'show':
      view.show(command.address, command.reveal);
      return;
    case 'settings':
      view.restyle(command.settings);
      return;
    case 'find':
      view.findBox.open();
      return;
    case 'nextError':
    case 'previousError':
      void view.actions.goToError(command.command === 'nextError' ? 'next' : 'previous');
      return;
    case 'follow':
      void view.shown()?.follow();
      return;
    case 'selectAll':
      view.shown()?.expand();
      view.rows().selectAll();
      return;
    case 'copy':
      void view.actions.copy('plain');
      return;
  }
}
