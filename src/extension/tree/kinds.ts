import { isJobKind, knownKind, type KnownKind } from '../../model/kind.ts';
import type { Words } from '../words.ts';
import type { Icon } from './look.ts';

/** What a kind of execution is called; the system's own word where we know none. */
export function kindTitle(kind: string | undefined, { t }: Pick<Words, 't'>): string {
  const known = knownKind(kind);
  if (known === undefined) return kind ?? '';
  const titles: Record<KnownKind, () => string> = {
    command: () => t('Command'),
    pipeline: () => t('Pipeline'),
    deployment: () => t('Deployment'),
    checkpoint: () => t('Checkpoint'),
    'cron job': () => t('Cron job'),
    plan_decompose: () => t('Task decomposition'),
    plan_execute: () => t('Plan execution'),
    chat_action: () => t('Chat action'),
    chat_deep_think: () => t('Deep thinking'),
    task_operation: () => t('Task operation'),
    phagescope_track: () => t('PhageScope tracking'),
    code_executor: () => t('Code execution'),
  };
  return titles[known]();
}

/** The picture of a job's type; undefined for what is known by how it went. */
export function kindIcon(kind: string | undefined): Icon | undefined {
  if (!isJobKind(kind)) return undefined;
  if (kind === 'plan_decompose') return { id: 'type-hierarchy-sub', colour: 'charts.blue' };
  if (kind === 'plan_execute') return { id: 'play', colour: 'charts.green' };
  return { id: 'tools', colour: 'charts.orange' };
}
