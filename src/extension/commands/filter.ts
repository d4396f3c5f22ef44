import { window } from 'vscode';
import { isFailure, statuses } from '../../model/status.ts';
import { statusWord } from '../tree/formats.ts';
import type { Command } from './command.ts';

/** Shows only executions whose name or id holds a text. */
export const filterByText: Command = {
  name: 'filterByText',
  async run({ view, words: { t } }, given) {
    const { text: before, ...rest } = view.tree.arrangement.filter;
    const options = {
      title: t('Filter Executions by Text'),
      prompt: t('Part of a name or id; empty for all'),
      value: before ?? '',
    };
    const text = typeof given === 'string' ? given : await window.showInputBox(options);
    if (text === undefined) return;
    view.arrange({ filter: text.trim() === '' ? rest : { ...rest, text: text.trim() } });
  },
};

/** Shows only executions with some statuses. */
export const filterByStatus: Command = {
  name: 'filterByStatus',
  async run({ view, words }, given) {
    const { statuses: before, ...rest } = view.tree.arrangement.filter;
    const items = statuses.map((status) => ({
      label: statusWord(status, words),
      status,
      picked: before?.includes(status) ?? false,
    }));
    const options = { title: words.t('Filter Executions by Status'), canPickMany: true } as const;
    const chosen = Array.isArray(given)
      ? items.filter(({ status }) => given.includes(status))
      : await window.showQuickPick(items, options);
    if (!chosen) return;
    const wanted = chosen.map(({ status }) => status);
    view.arrange({ filter: wanted.length === 0 ? rest : { ...rest, statuses: wanted } });
  },
};

export const showFailedOnly: Command = {
  name: 'showFailedOnly',
  run({ view }) {
    view.arrange({ filter: { ...view.tree.arrangement.filter, statuses: statuses.filter(isFailure) } });
  },
};

export const clearFilter: Command = {
  name: 'clearFilter',
  run({ view }) {
    view.arrange({ filter: {} });
  },
};
