import { CancellationError } from 'vscode';
import type { Credentials, CredentialStore } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import { specOf } from '../connect/draft.ts';
import { probe } from '../connect/probe.ts';
import type { Trying } from '../connect/tryStep.ts';
import type { Parts } from './command.ts';
import { cancellable } from './progress.ts';

/** Tries drafts with what was entered so far, while the editor shows that it does and lets the user cancel. */
export function attemptIn(parts: Parts): Trying {
  return async (draft) => {
    const spec = specOf(draft);
    const reach = parts.connections.reachOf(spec, held(draft.credentials));
    try {
      return await cancellable(parts.words.t('Trying {0}', spec.name), (signal) => probe(spec, reach, signal));
    } catch (error) {
      if (error instanceof CancellationError) return 'cancelled';
      const known = LogError.from(error, 'unavailable');
      parts.log.warn(`Trying ${spec.name}: ${known.code}: ${known.message}`);
      return known;
    }
  };
}

/** Credentials that are not kept anywhere yet. */
function held(credentials: Credentials | undefined): CredentialStore {
  let known = credentials;
  return {
    get: async () => known,
    async set(exchanged) {
      known = exchanged;
    },
  };
}
