import { redactUrl } from '../base/connectionUrl.ts';
import { LogError } from '../model/errors.ts';
import { sendLeftovers } from '../record/spool/leftovers.ts';
import { openSink } from '../sources/open.ts';
import { usageError, type Verb, type Words } from './commandLine.ts';
import { openOptions, reachOptions } from './connection.ts';
import { spoolFolder } from './destination.ts';
import { exitCodes } from './exitCodes.ts';
import { Leaving } from './leaving.ts';
import { deliveryTeller, sizeWords, tell } from './spoolWords.ts';

/** How long a service may stay away, in milliseconds. */
const patience = 60_000;

export const send: Verb = {
  name: 'send',
  operands: '',
  summary: 'Send recordings that have not reached where they were to go.',
  about:
    'A run with --to a service keeps what the service does not take, and this sends it. What was refused is offered again;\n' +
    'to give it up, remove its folder. Exits with 4 when a service cannot be reached, with 5 when it refuses.',
  options: {
    to: { type: 'string', value: 'connection', help: 'Only what goes there' },
    ...reachOptions,
  },
  async run(words) {
    if (words.operands.length > 0) throw usageError('"execlogs send" takes options only.');
    using leaving = new Leaving(patience);
    const told = deliveryTeller();
    const to = words.text('to');
    const spools = sendLeftovers(
      spoolFolder(),
      (url) => open(words, url),
      {
        ...(to !== undefined && { to }),
        refusedToo: true,
        changed(spool, state) {
          told(spool, state);
          leaving.changed(state);
        },
      },
      leaving.signal,
    );
    let code: number = exitCodes.done;
    let sent = 0;
    for await (const { folder, to: url, state, left } of spools) {
      sent++;
      if (state.kind === 'delivered') tell(`sent to ${redactUrl(url)}: ${folder}`);
      else tell(`not sent to ${redactUrl(url)}: ${sizeWords(left)} in ${folder}`);
      if (state.kind === 'refused') code = exitCodes.refused;
      else if (state.kind !== 'delivered') code = exitCodes.unavailable;
    }
    if (sent === 0) tell('nothing is left to be sent');
    return code;
  },
};

async function open(words: Words, url: string) {
  if (!/^(executor\+)?https?:/i.test(url))
    throw new LogError('invalidRequest', `Nothing is sent to "${redactUrl(url)}".`);
  return openSink(url, await openOptions(words, url));
}
