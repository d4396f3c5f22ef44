import { LogError } from '../../model/errors.ts';
import { openLink } from '../panel/openLink.ts';
import { executionOf } from '../tree/nodes.ts';
import type { Command } from './command.ts';
import { logNodeFrom } from './target.ts';

export const openInBrowser: Command = {
  name: 'openInBrowser',
  async run(parts, given) {
    const { url } = executionOf(logNodeFrom(given, parts)).execution;
    if (url === undefined)
      throw new LogError('invalidRequest', parts.words.t('This execution has no page of its own.'));
    await openLink({ kind: 'url', url }, undefined, parts.words);
  },
};
