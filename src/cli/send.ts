import { originOf, redactUrl } from '../base/connectionUrl.ts';
import { LogError } from '../model/errors.ts';
import type { DeliveryState } from '../record/spool/delivery.ts';
import { destinationsOf, sendLeftovers, withoutAddress } from '../record/spool/leftovers.ts';
import type { Spool } from '../record/spool/spool.ts';
import { openSink } from '../sources/open.ts';
import { usageError, type Verb, type Words } from './commandLine.ts';
import { openOptions, reachOptions } from './connection.ts';
import { spoolFolder } from './destination.ts';
import { exitCodes } from './exitCodes.ts';
import { Leaving } from './leaving.ts';
import { sizeWords } from './size.ts';
import { deliveryTeller, tell } from './spoolWords.ts';

/** How long a service may stay away, in milliseconds. */
const patience = 60_000;

export const send: Verb = {
  name: 'send',
  operands: '',
  summary: 'Send recordings that have not reached where they were to go.',
  about:
    'A run with --to a service keeps what the service does not take, and this sends it. What was refused is offered again;\n' +
    'to give it up, remove its folder. Exits with 4 when a service cannot be reached, with 5 when it refuses\n' +
    'or when what was kept is damaged.',
  options: {
    to: { type: 'string', value: 'connection', help: 'Only what goes there' },
    ...reachOptions,
  },
  async run(words) {
    if (words.operands.length > 0) throw usageError('"execlogs send" takes options only.');
    const to = words.text('to');
    let sent = 0;
    let code: number = exitCodes.done;
    for (const place of to === undefined ? await destinations(words) : [to]) {
      // A service that stays away must not keep from the others what is theirs.
      using leaving = new Leaving(patience);
      for await (const { folder, to: url, state, left } of leftFor(place, words, leaving)) {
        sent++;
        if (state.kind === 'delivered') tell(`sent to ${redactUrl(url)}: ${folder}`);
        else tell(`not sent to ${redactUrl(url)}: ${sizeWords(left)} in ${folder}`);
        if (state.kind === 'refused' || state.kind === 'damaged') code = exitCodes.refused;
        else if (state.kind !== 'delivered') code = exitCodes.unavailable;
      }
      if (leaving.isAsked) break;
    }
    for (const folder of await withoutAddress(spoolFolder())) {
      sent++;
      tell(
        `${folder} holds a recording, but not any longer where it goes. Write {"to": "<connection>"} into about.json there.`,
      );
      code = exitCodes.refused;
    }
    if (sent === 0) tell('nothing is left to be sent');
    return code;
  },
};

function leftFor(to: string, words: Words, leaving: Leaving): ReturnType<typeof sendLeftovers> {
  const told = deliveryTeller();
  const changed = (spool: Spool, state: DeliveryState): void => {
    told(spool, state);
    leaving.changed(state);
  };
  return sendLeftovers(spoolFolder(), (url) => open(words, url), { to, refusedToo: true, changed }, leaving.signal);
}

/** Where what is left goes. Throws a usage error when credentials for one service would be sent to others. */
async function destinations(words: Words): Promise<readonly string[]> {
  const places = await destinationsOf(spoolFolder());
  const [first] = places;
  if (first === undefined || new Set(places.map(originOf)).size < 2) return places;
  const { credentials } = await openOptions(words, first);
  if ((await credentials?.get()) === undefined) return places;
  const named = places.map(redactUrl).join(', ');
  throw usageError(`What is left goes to ${named}. Say with --to for which one the credentials are.`);
}

async function open(words: Words, url: string) {
  if (!/^(executor\+)?https?:/i.test(url))
    throw new LogError('invalidRequest', `Nothing is sent to "${redactUrl(url)}".`);
  return openSink(url, await openOptions(words, url));
}
