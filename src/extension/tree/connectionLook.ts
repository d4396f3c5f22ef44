import type { ErrorCode } from '../../model/errors.ts';
import type { Words } from '../words.ts';
import type { Icon, Look } from './look.ts';
import type { ConnectionNode } from './nodes.ts';

/** How a connection looks, by what is known of it. */
export function connectionLook({ connection, answered }: ConnectionNode, words: Words): Look {
  const { label, kind, connected } = connection;
  const state = connected ? stateOf(answered, words) : { words: words.t('not connected'), icon: 'debug-disconnect' };
  const online = kind === 'remote' ? (connected ? ' online' : ' offline') : '';
  return {
    label,
    description: state.words,
    icon: iconOf(state),
    context: `connection ${kind}${online}`,
    accessible: [words.t('Connection {0}', label), state.words].filter((part) => part !== '').join(', '),
    expands: 'collapsed',
  };
}

interface State {
  readonly words: string;
  readonly icon: string;
  readonly colour?: string;
}

function stateOf(answered: ConnectionNode['answered'], { t }: Words): State {
  if (answered === undefined || answered === 'well') return { words: '', icon: 'server' };
  const warning = { icon: 'warning', colour: 'problemsWarningIcon.foreground' };
  const states: Partial<Record<ErrorCode, () => State>> = {
    unauthorized: () => ({ words: t('not signed in'), icon: 'account' }),
    forbidden: () => ({ words: t('refused'), icon: 'lock' }),
    throttled: () => ({ words: t('too many requests'), ...warning }),
    unavailable: () => ({ words: t('cannot be reached'), ...warning }),
  };
  return states[answered.code]?.() ?? { words: t('cannot be read'), ...warning };
}

function iconOf({ icon, colour }: State): Icon {
  return { id: icon, ...(colour !== undefined && { colour }) };
}
