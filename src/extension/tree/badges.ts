import { FileDecoration, ThemeColor, Uri, window, type Disposable } from 'vscode';
import { statuses, type Status } from '../../model/status.ts';
import type { Words } from '../words.ts';
import { statusWord } from './formats.ts';

const scheme = 'execlog-status';

/** Stands for a status wherever the editor decorates what has an address. */
export function badgeUri(status: Status): Uri {
  return Uri.from({ scheme, path: `/${status}` });
}

/** Marks nodes whose icon is not their status: a sign and a colour behind the name. */
export function provideBadges(words: Words): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration(uri) {
      if (uri.scheme !== scheme) return undefined;
      const status = statuses.find((known) => uri.path === `/${known}`);
      return status && decoration(status, words);
    },
  });
}

function decoration(status: Status, words: Words): FileDecoration {
  const [sign, colour] = signs[status];
  const badge = new FileDecoration(sign, statusWord(status, words), new ThemeColor(colour));
  badge.propagate = false;
  return badge;
}

const signs: Readonly<Record<Status, readonly [sign: string, colour: string]>> = {
  pending: ['…', 'foreground'],
  running: ['▶', 'charts.blue'],
  paused: ['‖', 'charts.yellow'],
  succeeded: ['✓', 'foreground'],
  failed: ['✗', 'list.errorForeground'],
  partial: ['!', 'list.warningForeground'],
  skipped: ['»', 'disabledForeground'],
  cancelled: ['–', 'disabledForeground'],
  timedOut: ['✗', 'list.errorForeground'],
  interrupted: ['✗', 'list.errorForeground'],
  unknown: ['?', 'foreground'],
};
