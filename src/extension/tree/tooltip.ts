import { durationOf } from '../../model/execution.ts';
import { knownKind } from '../../model/kind.ts';
import { isFinished } from '../../model/status.ts';
import type { Words } from '../words.ts';
import { formatCounts, formatDuration, formatTime, statusWord } from './formats.ts';
import { kindTitle } from './kinds.ts';
import type { ExecutionNode, HostNode, StepNode } from './nodes.ts';

/** A tooltip before the editor's types: a title and what is known, in the words of the system where it has any. */
export interface Tooltip {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly message: string | undefined;
}

export function tooltipOf(node: ExecutionNode | StepNode | HostNode, now: number, words: Words): Tooltip {
  const { t } = words;
  const told = toldOf(node);
  const duration = durationOf(told, now);
  const facts: (readonly [string, string | number | undefined])[] = [
    [t('Status'), statusFact(told, words)],
    ...specificFacts(node, words),
    [t('Started'), told.startedAt === undefined ? undefined : formatTime(told.startedAt, words.language)],
    [t('Ended'), told.endedAt === undefined ? undefined : formatTime(told.endedAt, words.language)],
    [
      isFinished(told.status) ? t('Duration') : t('Running for'),
      duration === undefined ? undefined : formatDuration(duration, words),
    ],
  ];
  return {
    title: told.name,
    facts: facts.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)] as const],
    ),
    message: told.message,
  };
}

function toldOf(node: ExecutionNode | StepNode | HostNode) {
  switch (node.kind) {
    case 'execution':
      return node.execution;
    case 'step':
      return node.step;
    case 'host':
      return node.host;
  }
}

function statusFact({ status, rawStatus }: ReturnType<typeof toldOf>, words: Words): string {
  const word = statusWord(status, words);
  return rawStatus && rawStatus !== status ? `${word} (${rawStatus})` : word;
}

function specificFacts(
  node: ExecutionNode | StepNode | HostNode,
  words: Words,
): (readonly [string, string | number | undefined])[] {
  const { t } = words;
  switch (node.kind) {
    case 'execution': {
      const { id, kind, user, invocation } = node.execution;
      return [
        [t('Id'), id],
        [t('Kind'), kindFact(kind, words)],
        [t('User'), user],
        [t('Command'), invocation?.command.join(' ')],
        [t('Folder'), invocation?.directory],
      ];
    }
    case 'step':
      return [
        [t('Part of'), node.step.path?.join(' › ')],
        [t('Hosts'), node.step.hosts && formatCounts(node.step.hosts, words)],
      ];
    case 'host': {
      const { address, exitCode, lines, errors, ignored } = node.host;
      const count = new Intl.NumberFormat(words.language);
      return [
        [t('Failure'), ignored && t('ignored: whoever ran it said that it does not matter')],
        [t('Address'), address],
        [t('Exit code'), exitCode],
        [t('Lines'), lines === undefined ? undefined : count.format(lines)],
        [t('Error lines'), errors ? count.format(errors) : undefined],
      ];
    }
  }
}

/** Our title and the system's own word. */
function kindFact(kind: string | undefined, words: Words): string {
  const title = kindTitle(kind, words);
  return knownKind(kind) === undefined || title.toLowerCase() === kind ? title : `${title} (${kind})`;
}
