import type { LogScope } from '../src/model/query.ts';
import type { CopyStyle, TimestampStyle, ViewSettings } from '../src/bridge/logHost.ts';
import type { HostResult } from '../src/model/execution.ts';
import { formatCount } from './amounts.ts';
import type { Choice, PickerContent } from './shell/picker.ts';
import type { ShownLog } from './shownLog.ts';
import { hostChoices, HostFinder, stepChoices } from './switching.ts';
import type { Translate } from './words.ts';

export interface MenuOwner {
  readonly t: Translate;
  readonly language: string;
  readonly shown: ShownLog;
  readonly settings: ViewSettings;
  show(content: PickerContent): void;
  close(): void;
  change(settings: ViewSettings): void;
  switchTo(scope: LogScope): void;
}

export function timeMenu(owner: MenuOwner): PickerContent {
  const { t, settings } = owner;
  const style = (id: TimestampStyle, label: string, description: string): Choice => ({
    id,
    label,
    description,
    isCurrent: settings.timestamps === id,
  });
  const zone = (id: ViewSettings['timeZone'], label: string): Choice => ({
    id,
    label,
    isCurrent: settings.timeZone === id,
  });
  const choices: readonly Choice[] = [
    style('off', t('No Timestamps'), ''),
    style('time', t('Time'), '14:03:07.120'),
    style('full', t('Date and Time'), '2026-01-31 14:03:07.120'),
    style('relative', t('Since the Start'), '1:02.345'),
    style('delta', t('Since the Line Before'), '+0.012'),
    { ...zone('local', t('Local Time')), isApart: true },
    zone('utc', t('UTC')),
  ];
  return {
    label: t('Timestamps'),
    choices,
    pick: (id) => {
      owner.close();
      if (id === 'local' || id === 'utc') owner.change({ ...settings, timeZone: id });
      else owner.change({ ...settings, timestamps: timestampStyles.find((known) => known === id) ?? 'off' });
    },
    close: () => {
      owner.close();
    },
  };
}

const timestampStyles: readonly TimestampStyle[] = ['off', 'time', 'full', 'relative', 'delta'];

export function stepMenu(owner: MenuOwner): PickerContent {
  const { t, shown } = owner;
  const { execution, step } = shown.session.address.scope;
  const all = stepChoices(shown.details.known.execution?.steps ?? [], step, t);
  const content = (text: string): PickerContent => ({
    label: t('Switch step'),
    ...(all.length > 8 && { placeholder: t('Find a step') }),
    choices: all.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())),
    filter: (typed) => {
      owner.show(content(typed));
    },
    pick: (id) => {
      owner.close();
      void firstHost(shown, id).then((host) => {
        owner.switchTo({ execution, step: id, ...(host !== undefined && { host }) });
      });
    },
    close: () => {
      owner.close();
    },
  });
  return content('');
}

/** Failed hosts come first, so the first is the one to look at. */
async function firstHost(shown: ShownLog, step: string): Promise<string | undefined> {
  const { scope } = shown.session.address;
  const { hosts } = await shown.details.hosts(step, '', {});
  return (hosts.find(({ id }) => id === scope.host && !scope.step) ?? hosts[0])?.id;
}

export function hostMenu(owner: MenuOwner): PickerContent {
  const { t, shown } = owner;
  const { scope } = shown.session.address;
  const { step = '', host } = scope;
  const finder = new HostFinder(shown.details, step);
  let seen: readonly Choice[] = [];
  const content = (choices: readonly Choice[], message: string): PickerContent => ({
    label: t('Switch host'),
    placeholder: t('Find a host'),
    choices,
    ...(message !== '' && { message }),
    filter: find,
    pick: (id) => {
      finder.dispose();
      owner.close();
      owner.switchTo({ ...scope, host: id });
    },
    close: () => {
      finder.dispose();
      owner.close();
    },
  });
  const found = (hosts: readonly HostResult[], problem: string): void => {
    seen = hostChoices(hosts, host, t);
    owner.show(content(seen, problem || (hosts.length === 0 ? t('No host has this name') : '')));
  };
  function find(text: string): void {
    void finder.find(text, found);
  }
  find('');
  return content([], t('Loading…'));
}

export interface MoreActions {
  copyAll(style: CopyStyle): void;
  exportAs(format: 'text' | 'jsonLines'): void;
  openInEditor(): void;
  goToLine(): void;
  retry(): void;
}

export function moreMenu(owner: MenuOwner, actions: MoreActions): PickerContent {
  const { t } = owner;
  const item = (label: string, act: () => void, more: Partial<Choice> = {}): Action => ({
    id: label,
    label,
    act,
    ...more,
  });
  const copy = (style: CopyStyle) => () => {
    actions.copyAll(style);
  };
  const write = (format: 'text' | 'jsonLines') => () => {
    actions.exportAs(format);
  };
  const items = [
    item(
      t('Go to Line…'),
      () => {
        actions.goToLine();
      },
      { description: 'Ctrl+G' },
    ),
    item(t('Copy With Timestamps'), copy('withTime'), { isApart: true }),
    item(t('Copy as Markdown'), copy('markdown')),
    item(t('Copy as JSON Lines'), copy('json')),
    item(t('Export as Text…'), write('text'), { isApart: true }),
    item(t('Export as JSON Lines…'), write('jsonLines')),
    item(t('Open in Editor'), () => {
      actions.openInEditor();
    }),
    item(
      t('Read Again'),
      () => {
        actions.retry();
      },
      { isApart: true },
    ),
  ];
  return {
    label: t('More actions'),
    choices: items,
    pick: (id) => {
      owner.close();
      items.find((known) => known.id === id)?.act();
    },
    close: () => {
      owner.close();
    },
  };
}

interface Action extends Choice {
  readonly act: () => void;
}

/** A box to type a line number into. */
export function lineMenu(owner: MenuOwner): PickerContent {
  const { t, language, shown } = owner;
  const last = shown.session.rows.lineNumber(shown.session.rows.end - 1) ?? 0;
  const content = (text: string): PickerContent => {
    const line = Math.min(last, Number.parseInt(text, 10));
    const isLine = line >= 1;
    return {
      label: t('Go to Line…'),
      placeholder: t('Line number, 1 to {0}', formatCount(last, language)),
      choices: isLine ? [{ id: String(line), label: t('Go to line {0}', formatCount(line, language)) }] : [],
      ...(!isLine && text !== '' && { message: t('Type a line number') }),
      filter: (typed) => {
        owner.show(content(typed.replace(/\D/g, '')));
      },
      pick: (id) => {
        owner.close();
        shown.goToLine(Number(id));
      },
      close: () => {
        owner.close();
      },
    };
  };
  return content('');
}
