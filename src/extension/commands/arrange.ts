import { window } from 'vscode';
import type { HostSort } from '../../model/query.ts';
import type { Grouping } from '../tree/grouping.ts';
import type { Command } from './command.ts';

export const groupBy: Command = {
  name: 'groupBy',
  async run({ view, words: { t } }, given) {
    const items: { label: string; groupBy: Grouping }[] = [
      { label: t('No grouping'), groupBy: 'none' },
      { label: t('By day'), groupBy: 'day' },
      { label: t('By status'), groupBy: 'status' },
    ];
    const options = { title: t('Group Executions') };
    const chosen = items.find((item) => item.groupBy === given) ?? (await window.showQuickPick(items, options));
    if (chosen) view.arrange({ groupBy: chosen.groupBy });
  },
};

export const sortHosts: Command = {
  name: 'sortHosts',
  async run({ view, words: { t } }, given) {
    const items: { label: string; sort: HostSort }[] = [
      { label: t('By result, failed first'), sort: 'result' },
      { label: t('By name'), sort: 'name' },
      { label: t('By duration, longest first'), sort: 'duration' },
      { label: t('By exit code'), sort: 'exitCode' },
    ];
    const options = { title: t('Sort Hosts') };
    const chosen = items.find((item) => item.sort === given) ?? (await window.showQuickPick(items, options));
    if (chosen) view.arrange({ sortHosts: chosen.sort });
  },
};
