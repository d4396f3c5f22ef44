import { knownKind, type KnownKind } from '../../src/model/kind.ts';
import type { Translate } from '../words.ts';
import type { IconName } from './icons.ts';

export interface KindLook {
  readonly icon: IconName;
  /** A class of `kindStyles`. */
  readonly hue: 'blue' | 'green' | 'orange' | 'plain';
  readonly title: string;
}

/** How a kind of execution is shown; undefined for those that need no word, and for kinds we do not know. */
export function kindLook(kind: string | undefined, t: Translate): KindLook | undefined {
  const known = knownKind(kind);
  const looks: Record<KnownKind, () => KindLook | undefined> = {
    command: () => undefined,
    pipeline: () => undefined,
    deployment: () => ({ icon: 'rocket', hue: 'plain', title: t('Deployment') }),
    checkpoint: () => ({ icon: 'layers', hue: 'plain', title: t('Checkpoint') }),
    'cron job': () => ({ icon: 'calendar', hue: 'plain', title: t('Cron job') }),
    plan_decompose: () => ({ icon: 'type-hierarchy-sub', hue: 'blue', title: t('Task decomposition') }),
    plan_execute: () => ({ icon: 'play', hue: 'green', title: t('Plan execution') }),
    chat_action: () => tool(t('Chat action')),
    chat_deep_think: () => tool(t('Deep thinking')),
    task_operation: () => tool(t('Task operation')),
    phagescope_track: () => tool(t('PhageScope tracking')),
    code_executor: () => tool(t('Code execution')),
  };
  return known && looks[known]();
}

function tool(title: string): KindLook {
  return { icon: 'tools', hue: 'orange', title };
}
