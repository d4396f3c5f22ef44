import { isFinished, type Status } from '../model/status.ts';

/**
 * What a step or host is really in when what it belongs to has ended without ending it: interrupted like its
 * parent, skipped when its turn never came, otherwise interrupted by itself.
 */
export function settled(own: Status, parent: Status): Status {
  if (isFinished(own) || !isFinished(parent)) return own;
  return own === 'pending' && parent !== 'interrupted' ? 'skipped' : 'interrupted';
}
