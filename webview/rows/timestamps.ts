import type { TimestampStyle } from '../../src/bridge/logHost.ts';

export interface TimeShown {
  readonly style: TimestampStyle;
  readonly zone: 'local' | 'utc';
  /** What `relative` counts from. */
  readonly origin: number | undefined;
}

/** A line's time in words of equal width for each style; empty where the time, or what it is compared with, is unknown. */
export function formatTime(time: number, before: number | undefined, shown: TimeShown): string {
  if (Number.isNaN(time)) return '';
  switch (shown.style) {
    case 'off':
      return '';
    case 'time':
      return clock(time, shown.zone);
    case 'full':
      return `${day(time, shown.zone)} ${clock(time, shown.zone)}`;
    case 'relative':
      return shown.origin === undefined ? '' : span(time - shown.origin);
    case 'delta':
      return before === undefined || Number.isNaN(before) ? '' : `+${span(time - before)}`;
  }
}

/** Characters the widest time of a style takes. */
export function timeWidth(style: TimestampStyle): number {
  switch (style) {
    case 'off':
      return 0;
    case 'time':
      return 12;
    case 'full':
      return 23;
    case 'relative':
    case 'delta':
      return 11;
  }
}

function clock(time: number, zone: 'local' | 'utc'): string {
  const at = new Date(time);
  const parts =
    zone === 'utc'
      ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
      : [at.getHours(), at.getMinutes(), at.getSeconds()];
  return `${parts.map((part) => pad(part, 2)).join(':')}.${pad(at.getUTCMilliseconds(), 3)}`;
}

function day(time: number, zone: 'local' | 'utc'): string {
  const at = new Date(time);
  return zone === 'utc'
    ? `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1, 2)}-${pad(at.getUTCDate(), 2)}`
    : `${at.getFullYear()}-${pad(at.getMonth() + 1, 2)}-${pad(at.getDate(), 2)}`;
}

function span(milliseconds: number): string {
  const sign = milliseconds < 0 ? '−' : '';
  const amount = Math.abs(Math.round(milliseconds));
  const seconds = Math.floor(amount / 1000);
  const rest = `${seconds % 60}.${pad(amount % 1000, 3)}`;
  if (seconds < 60) return `${sign}${rest}`;
  const minutes = Math.floor(seconds / 60);
  const padded = rest.padStart(6, '0');
  if (minutes < 60) return `${sign}${minutes}:${padded}`;
  return `${sign}${Math.floor(minutes / 60)}:${pad(minutes % 60, 2)}:${padded}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
