import { env, l10n, window, type ExtensionContext } from 'vscode';
import { registerCommands } from './commands/all.ts';
import { quickInputs } from './connect/quickInputs.ts';
import { redactedLog } from './connect/redactedLog.ts';
import { ConnectionSecrets } from './connect/secrets.ts';
import { Connections } from './connections.ts';
import { provideLogDocuments } from './documents/logDocuments.ts';
import { LogPanels } from './panel/logPanels.ts';
import { offerInTerminals } from './terminals.ts';
import { ExecutionsView } from './tree/executionsView.ts';
import type { Words } from './words.ts';

/** What tests in the extension host look at. */
export interface Activated {
  readonly view: ExecutionsView;
  readonly panels: LogPanels;
  readonly connections: Connections;
}

export function activate(context: ExtensionContext): Activated {
  const words: Words = { t: (message, ...values) => l10n.t(message, ...values), language: env.language };
  const output = window.createOutputChannel('Execution Logs', { log: true });
  const secrets = new ConnectionSecrets(context.secrets);
  const log = redactedLog(output, (said) => secrets.redact(said));
  const connections = new Connections({ log, words, secrets });
  const panels = new LogPanels({ extensionUri: context.extensionUri, connections, words, log });
  const view = new ExecutionsView({ connections, words, log });
  const commands = registerCommands({ connections, view, panels, words, ask: quickInputs, output, log });
  const documents = provideLogDocuments(connections, words);
  context.subscriptions.push(output, connections, panels, view, commands, documents);
  offerInTerminals(context, words);
  return { view, panels, connections };
}
