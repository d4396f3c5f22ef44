import type { BodyLimits } from '../service/body.ts';
import { isLoopback, type CallerRules } from '../service/callers.ts';
import { dialectSockets } from '../service/dialects.ts';
import { createHandler } from '../service/handler.ts';
import { HealthCheck } from '../service/health.ts';
import { Metrics } from '../service/metrics.ts';
import { listen } from '../service/node.ts';
import { healthRoute, metricsRoute } from '../service/ownRoutes.ts';
import { ProcessWatch } from '../service/processFigures.ts';
import { jsonLog, type ServiceLog } from '../service/serviceLog.ts';
import { TokenFile } from '../service/tokenFile.ts';
import { usageError, type Verb, type Words } from './commandLine.ts';
import { reachOptions } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { LogLines } from './logLines.ts';
import { printJson } from './printer.ts';
import { openServed } from './served.ts';
import { printLineForToken, printNewToken } from './serveTokens.ts';
import { version } from './version.ts';

const defaultPort = 8_000;
/** How long closing may take before the process ends without it, in milliseconds. */
const longestStop = 10_000;

export const serve: Verb = {
  name: 'serve',
  operands: '',
  summary: 'Serve logs over HTTP, and record what is written there.',
  about:
    'Prints {"url": …} on stdout when it is ready, and what it does as JSON lines on stderr. SIGTERM or Ctrl-C stops it:\n' +
    'readers are told, writes finish; a second one stops it at once. Without --tokens it serves this machine only.\n' +
    'It deletes executions that ended more than 90 days ago, with their logs; --retention off keeps everything.',
  options: {
    store: { type: 'string', value: 'connection', help: 'What is served (default: the local store in EXECLOGS_HOME)' },
    archive: { type: 'string', value: 'connection', help: 'Where executions are moved after they have ended' },
    'archive-credentials': {
      type: 'string',
      value: 'file',
      help: 'As --credentials, for the archive (default: EXECLOGS_ARCHIVE_TOKEN, or …_USER and …_PASSWORD)',
    },
    'archive-after': { type: 'string', value: 'seconds', help: 'How long after their end (default: 60)' },
    retention: {
      type: 'string',
      value: 'age',
      help: 'Delete what ended longer ago, like 30d or 12h; "off" keeps everything (default: 90d)',
    },
    'max-size': {
      type: 'string',
      value: 'size',
      help: 'Delete the oldest too while all takes more, like 20GB (SQLite only; default: any size)',
    },
    host: { type: 'string', value: 'address', help: 'Where to listen (default: 127.0.0.1)' },
    port: { type: 'string', value: 'number', help: `Where to listen; 0 for any port (default: ${defaultPort})` },
    tokens: { type: 'string', value: 'file', help: 'Who may see and do what; read again when it changes' },
    'allow-host': { type: 'string', multiple: true, value: 'name', help: 'Answer to this name too (see Host)' },
    'allow-origin': { type: 'string', multiple: true, value: 'origin', help: 'Let pages of this origin ask' },
    'max-body': { type: 'string', value: 'MB', help: 'Largest body that is no stream of lines (default: 32)' },
    'max-bodies': {
      type: 'string',
      value: 'MB',
      help: 'Memory for all bodies that come at a time; more are told to wait (default: 256)',
    },
    rate: { type: 'string', value: 'number', help: 'Requests a second that each token may make (default: any number)' },
    pipelines: {
      type: 'string',
      value: 'folder',
      help: 'Run the pipelines in it, when asked and as their "cron" says',
    },
    'max-runs': { type: 'string', value: 'number', help: 'Pipelines that run at a time (default: 10)' },
    'new-token': { type: 'string', value: 'name', help: 'Print a new token and its line for the file, and end' },
    'hash-token': { type: 'string', value: 'name', help: 'Print the line for the token on stdin, and end' },
    ...reachOptions,
  },
  async run(words) {
    if (words.operands.length > 0)
      throw usageError(`"execlogs serve" takes options only, not "${words.operands.join(' ')}".`);
    const made = words.text('new-token');
    const given = words.text('hash-token');
    if (made !== undefined) await printNewToken(made);
    else if (given !== undefined) await printLineForToken(given);
    else await serveUntilStopped(words);
    return exitCodes.done;
  },
};

async function serveUntilStopped(words: Words): Promise<void> {
  const at = addressOf(words);
  const lines = new LogLines();
  const log = jsonLog((line) => lines.write(line));
  const asked = untilSignal();
  const late = asked.then(() => exitIn(longestStop, exitCodes.unavailable));
  try {
    await serveAt(at, words, log, asked);
    log({ level: 'info', event: 'stopped' });
  } finally {
    await lines.end();
  }
  clearTimeout(await late);
  // All is closed: what is still waited for, a server that does not answer say, holds nothing of ours.
  exitIn(200, exitCodes.done);
}

function exitIn(milliseconds: number, code: number): NodeJS.Timeout {
  return setTimeout(() => process.exit(code), milliseconds).unref();
}

async function serveAt(at: Address, words: Words, log: ServiceLog, asked: Promise<string>): Promise<void> {
  const metrics = new Metrics();
  using tokens = await openTokens(words, log);
  await using served = await openServed(words, metrics, log);
  using watch = new ProcessWatch();
  const health = new HealthCheck(served.stores);
  const own = [healthRoute(health, version), metricsRoute(metrics, version, () => watch.figures())];
  const rate = words.count('rate');
  const handler = createHandler({
    served,
    routes: [...own, ...served.routes],
    sockets: dialectSockets,
    callers: callersOf(words, at),
    log,
    metrics,
    ...(tokens && { tokens: tokens.tokens }),
    ...(rate !== undefined && { rate }),
    limits: limitsOf(words),
  });
  const server = await listen(handler, at);
  const { stores } = await health.look();
  for (const [store, state] of Object.entries(stores))
    if (state !== 'ok') log({ level: 'warn', event: 'store', store, state, words: 'it is tried again when asked for' });
  log({ level: 'info', event: 'listening', url: server.url, version });
  served.announce();
  await printJson({ url: server.url });
  const signal = await asked;
  log({ level: 'info', event: 'stopping', signal });
  await Promise.all([server.close(), served.runner?.[Symbol.asyncDispose]()]);
}

function limitsOf(words: Words): BodyLimits {
  const [bytes, together] = ['max-body', 'max-bodies'].map((option) => words.count(option));
  return {
    ...(bytes !== undefined && { bytes: bytes * 1_048_576 }),
    ...(together !== undefined && { together: together * 1_048_576 }),
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Throws a usage error for what would let everybody in. */
function addressOf(words: Words): Address {
  const host = words.text('host') ?? '127.0.0.1';
  const typed = words.text('port') ?? String(defaultPort);
  const port = /^\d{1,5}$/.test(typed) ? Number(typed) : Number.NaN;
  if (!(port <= 65_535)) throw usageError(`--port takes a number from 0 to 65535, not "${typed}".`);
  if (!isLoopback(host) && words.text('tokens') === undefined)
    throw usageError(
      `Everybody who reaches ${host} could read and write all logs. Say with --tokens who may, or leave --host out.`,
    );
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

function callersOf(words: Words, { host }: Address): CallerRules {
  const anyAddress = !isLoopback(host);
  return { hosts: [...words.texts('allow-host'), host], anyAddress, origins: words.texts('allow-origin') };
}

async function openTokens(words: Words, log: ServiceLog): Promise<TokenFile | undefined> {
  const path = words.text('tokens');
  if (path === undefined) return undefined;
  return TokenFile.open(path, {
    notify: ({ message }) => {
      log({ level: 'error', event: 'tokens', words: message });
    },
  });
}

/** The first signal that asks to stop; the second is obeyed at once. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const listener = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(exitCodes.failed);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', listener);
    process.on('SIGINT', listener);
  });
}
