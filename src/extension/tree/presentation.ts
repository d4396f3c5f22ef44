import { durationOf, type HostResult } from '../../model/execution.ts';
import { isFailure, isFinished, type Status } from '../../model/status.ts';
import type { Words } from '../words.ts';
import { errorWords } from '../errorWords.ts';
import {
  dayOf,
  formatAgo,
  formatCounts,
  formatDay,
  formatDuration,
  formatPath,
  hostCount,
  statusWord,
  sumOf,
} from './formats.ts';
import { connectionLook } from './connectionLook.ts';
import { kindIcon, kindTitle } from './kinds.ts';
import type { Icon, Look } from './look.ts';
import { isHostless } from './nodes.ts';
import type { ErrorNode, ExecutionNode, Group, HostNode, StepNode, TreeNode } from './nodes.ts';

const longestLabel = 40;
const longestReason = 80;

export function lookOf(node: TreeNode, now: number, words: Words): Look {
  const { t } = words;
  switch (node.kind) {
    case 'connection':
      return connectionLook(node, words);
    case 'group':
      return {
        ...plain(groupLabel(node.group, now, words), groupIcon(node.group), 'group', 'expanded'),
        description: String(node.count),
      };
    case 'execution':
      return executionLook(node, now, words);
    case 'step':
      return stepLook(node, now, words);
    case 'hostGroup':
      return {
        ...plain(
          capital(statusWord(node.status, words)),
          statusIcon(node.status),
          `hostGroup${failedWord(node.status)}`,
          isFailure(node.status) ? 'expanded' : 'collapsed',
        ),
        description: hostCount(node.count, words),
        accessible: `${hostCount(node.count, words)}, ${statusWord(node.status, words)}`,
      };
    case 'host':
      return hostLook(node, now, words);
    case 'more':
      return plain(t('Load more…'), 'ellipsis', 'more', 'no');
    case 'error':
      return errorLook(node, words);
    case 'empty':
      return plain(emptyWords(node.parent.kind, words), 'circle-outline', 'empty', 'no');
    case 'notice':
      return plain(node.words, 'info', 'notice', 'no');
    case 'offline':
      return plain(t('Not connected; click to connect'), 'plug', 'offline', 'no');
  }
}

function errorLook({ error, parent }: ErrorNode, words: Words): Look {
  const { t } = words;
  const unknown = error.code === 'unauthorized' && parent.kind === 'connection';
  const label = unknown ? t('Not signed in; click to sign in') : t('Cannot be read; click to try again');
  const icon = unknown ? { id: 'account' } : { id: 'warning', colour: 'problemsWarningIcon.foreground' };
  const { message } = errorWords(error, words);
  const context = unknown ? 'error unauthorized' : 'error';
  return { ...plain(label, icon, context, 'no'), description: message, accessible: `${label}: ${message}` };
}

function executionLook(node: ExecutionNode, now: number, words: Words): Look {
  const { execution } = node;
  const began = execution.startedAt ?? execution.createdAt;
  const finished = isFinished(execution.status);
  const icon = kindIcon(execution.kind);
  const description = joined(
    icon && kindTitle(execution.kind, words),
    rawWord(execution, words),
    elapsed(execution, now, words),
    finished && began !== undefined && formatAgo(execution.endedAt ?? began, now, words),
    whyWords(execution),
  );
  return {
    label: shortened(execution.name),
    description,
    icon: icon ?? statusIcon(execution.status),
    ...(icon && { badge: execution.status }),
    context: `execution ${stateWords(execution.status)}${execution.invocation ? ' again' : ''}${execution.url ? ' link' : ''}${finished ? ' deletable' : ''}${icon ? ' job' : ''}`,
    accessible: spoken(words.t('Execution {0}', execution.name), statusWord(execution.status, words), description),
    expands: 'collapsed',
  };
}

function stepLook(node: StepNode, now: number, words: Words): Look {
  const { step } = node;
  const counts = step.hosts ? formatCounts(step.hosts, words) : '';
  const description = joined(rawWord(step, words), elapsed(step, now, words), counts, formatPath(step), whyWords(step));
  const hostless = isHostless(node);
  const single = hostless || (step.hosts !== undefined && sumOf(step.hosts) === 1);
  return {
    label: step.name,
    description,
    icon: statusIcon(step.status),
    context: `step ${stateWords(step.status)}${single ? ' single' : ''}`,
    accessible: spoken(words.t('Step {0}', step.name), statusWord(step.status, words), description),
    expands: hostless ? 'no' : 'collapsed',
  };
}

function hostLook(node: HostNode, now: number, words: Words): Look {
  const { host } = node;
  const ignored = host.ignored === true && words.t('failure ignored');
  const description = joined(
    ignored,
    rawWord(host, words),
    exitWord(host, words),
    elapsed(host, now, words),
    errorCount(host, words),
  );
  return {
    label: host.name,
    description,
    icon: ignored ? ignoredIcon : statusIcon(host.status),
    context: `host ${stateWords(host.status)}`,
    accessible: spoken(words.t('Host {0}', host.name), statusWord(host.status, words), description),
    expands: 'no',
  };
}

/** It failed, but nobody minds. */
const ignoredIcon: Icon = { id: 'warning', colour: 'problemsWarningIcon.foreground' };

function statusIcon(status: Status): Icon {
  const icons: Record<Status, Icon> = {
    pending: { id: 'clock', colour: 'testing.iconQueued' },
    running: { id: 'sync~spin', colour: 'charts.blue' },
    paused: { id: 'debug-pause', colour: 'charts.yellow' },
    succeeded: { id: 'pass', colour: 'testing.iconPassed' },
    failed: { id: 'error', colour: 'testing.iconFailed' },
    partial: { id: 'warning', colour: 'charts.orange' },
    skipped: { id: 'debug-step-over', colour: 'testing.iconSkipped' },
    cancelled: { id: 'circle-slash', colour: 'testing.iconSkipped' },
    timedOut: { id: 'watch', colour: 'testing.iconErrored' },
    interrupted: { id: 'debug-disconnect', colour: 'testing.iconErrored' },
    unknown: { id: 'question', colour: 'testing.iconUnset' },
  };
  return icons[status];
}

/** True when the text of the node may change by the second. */
export function isTicking(node: TreeNode): boolean {
  if (node.kind === 'execution') return node.execution.status === 'running';
  if (node.kind === 'step') return node.step.status === 'running';
  return node.kind === 'host' && node.host.status === 'running';
}

function groupLabel(group: Group, now: number, words: Words): string {
  if (group.by === 'status') return capital(statusWord(group.status, words));
  const today = dayOf(now);
  if (group.day === today) return words.t('Today');
  if (group.day === dayOf(today - 1)) return words.t('Yesterday');
  return formatDay(group.day, words.language);
}

function groupIcon(group: Group): Icon {
  return group.by === 'status' ? statusIcon(group.status) : { id: 'calendar' };
}

function emptyWords(parent: 'connection' | 'execution' | 'step' | 'hostGroup', { t }: Words): string {
  const empty: Record<typeof parent, () => string> = {
    connection: () => t('No executions here'),
    execution: () => t('No steps yet'),
    step: () => t('No hosts yet'),
    hostGroup: () => t('No hosts any more'),
  };
  return empty[parent]();
}

/** The system's own word, when ours says something else. */
function rawWord({ status, rawStatus }: { status: Status; rawStatus?: string }, words: Words): string {
  if (rawStatus === undefined || rawStatus === '') return '';
  const known = [status, statusWord(status, words)].map((word) => word.toLowerCase());
  return known.includes(rawStatus.toLowerCase()) ? '' : rawStatus;
}

/** Why it ended badly, where that is known. */
function whyWords({ status, message }: { status: Status; message?: string }): string {
  return isFailure(status) && message !== undefined ? shortened(firstLine(message), longestReason) : '';
}

function firstLine(text: string): string {
  return text.trim().split(/[\r\n]/, 1)[0] ?? '';
}

function elapsed(timed: Parameters<typeof durationOf>[0], now: number, words: Words): string {
  const open = !isFinished(timed.status);
  if (open && timed.status !== 'running') return statusWord(timed.status, words);
  const duration = durationOf(timed, now);
  return duration === undefined ? '' : formatDuration(open ? duration - (duration % 1_000) : duration, words);
}

function exitWord({ exitCode }: HostResult, { t }: Words): string {
  return exitCode === undefined || exitCode === 0 ? '' : t('exit {0}', exitCode);
}

function errorCount({ errors }: HostResult, { t }: Words): string {
  if (!errors) return '';
  return errors === 1 ? t('1 error line') : t('{0} error lines', errors);
}

function stateWords(status: Status): string {
  return `${isFinished(status) ? 'finished' : 'open'}${failedWord(status)}`;
}

function failedWord(status: Status): string {
  return isFailure(status) ? ' failed' : '';
}

function plain(label: string, icon: Icon | string, context: string, expands: Look['expands']): Look {
  const shown = typeof icon === 'string' ? { id: icon } : icon;
  return { label, description: '', icon: shown, context, accessible: label, expands };
}

function joined(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part).join(' · ');
}

function spoken(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .join(', ')
    .replaceAll(' · ', ', ');
}

/** A whole command line as a label would leave no room for how it went; the tooltip has all of it. */
function shortened(name: string, longest = longestLabel): string {
  const letters = [...name];
  return letters.length <= longest ? name : `${letters.slice(0, longest - 1).join('')}…`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
