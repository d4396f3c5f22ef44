import { styleText } from 'node:util';
import type { Status } from '../model/status.ts';

export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Colours for a stream that shows them (a terminal, unless NO_COLOR says otherwise); none for others. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

const statusStyles: Readonly<Record<Status, Parameters<typeof styleText>[0]>> = {
  pending: 'gray',
  running: 'blue',
  paused: 'yellow',
  succeeded: 'green',
  failed: 'red',
  partial: 'yellow',
  skipped: 'gray',
  cancelled: 'yellow',
  timedOut: 'red',
  interrupted: 'magenta',
  unknown: 'gray',
};

export function paintStatus(paint: Paint, status: Status): string {
  return paint(statusStyles[status], status);
}
