import { window } from 'vscode';
import type { LogAddress, Reveal } from '../../bridge/logHost.ts';
import { firstFailure } from '../../tools/firstFailure.ts';
import { cancellable } from './progress.ts';
import { addressFrom, namesOf } from './target.ts';
import type { Command, Parts } from './command.ts';

/** From an execution, a step or a host to the line that tells why it failed. */
export const goToFirstFailure: Command = {
  name: 'goToFirstFailure',
  async run(parts, given) {
    const { connection, scope } = addressFrom(given, parts);
    const { source } = await parts.connections.get(connection).open();
    const title = parts.words.t('Looking for the first failure');
    const found = await cancellable(title, (signal) => firstFailure(source, scope, { signal }));
    if (!found) {
      void window.showInformationMessage(parts.words.t('Nothing failed here.'));
      return;
    }
    const address = { connection, scope: { execution: scope.execution, step: found.step, host: found.host } };
    const reveal: Reveal = found.pointer ? { at: 'pointer', pointer: found.pointer } : { at: 'firstError' };
    await showFailure(parts, address, reveal);
  },
};

/** Selects the host in the tree and opens its log there. */
export async function showFailure(parts: Parts, address: LogAddress, reveal: Reveal): Promise<void> {
  const node = await parts.view.tree.find(address.connection, address.scope);
  await parts.view.reveal(node, { focus: false });
  parts.panels.show(address, { reveal, names: namesOf(node), reuse: true });
}
