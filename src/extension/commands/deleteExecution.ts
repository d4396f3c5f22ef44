import { window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import { connectionOf, executionOf } from '../tree/nodes.ts';
import type { Command } from './command.ts';
import { logNodeFrom } from './target.ts';

export const deleteExecution: Command = {
  name: 'deleteExecution',
  async run(parts, given) {
    const { t } = parts.words;
    const node = executionOf(logNodeFrom(given, parts));
    const connection = connectionOf(node);
    const { admin } = await connection.open();
    if (!admin)
      throw new LogError('forbidden', t('Executions of “{0}” cannot be deleted from here.', connection.label));
    const question = t('Delete the execution “{0}” and all its logs?', node.execution.name);
    const detail = t('This cannot be undone.');
    const action = t('Delete');
    if ((await window.showWarningMessage(question, { modal: true, detail }, action)) !== action) return;
    await admin.deleteExecution({ execution: node.execution.id });
    parts.panels.closeExecution(connection.name, node.execution.id);
    parts.view.refresh();
  },
};
