import { redactUrl } from '../base/connectionUrl.ts';
import type { LogError } from '../model/errors.ts';
import type { DeliveryState } from '../record/spool/delivery.ts';
import type { Spool } from '../record/spool/spool.ts';
import { sentence } from '../text/sentence.ts';

/** What people are told of a spool on its way, on stderr. */
export function tell(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}

/** Tells when a delivery begins to fail, works again, or is refused. */
export function deliveryTeller(): (spool: Spool, state: DeliveryState) => void {
  let failing = false;
  return ({ to, folder }, state) => {
    if (state.kind === 'failing') tell(`${sentence(state.error.message)} What is recorded is kept and sent later.`);
    else if (state.kind === 'refused')
      tell(`${redactUrl(to)} does not take what is recorded: ${refusalWords(state.error)} It is kept in ${folder}.`);
    else if (state.kind === 'damaged') tell(`${sentence(state.error.message)} It is kept in ${folder}.`);
    else if (failing && state.kind === 'sending') tell(`sending to ${redactUrl(to)} again`);
    failing = state.kind === 'failing';
  };
}

/** An execution that has begun is there, unless somebody or something took it away. */
function refusalWords({ code, message }: LogError): string {
  if (code !== 'notFound') return sentence(message);
  return 'The execution is no longer there: it was deleted, or lost by its store. To give the rest up, remove its folder.';
}
