#!/usr/bin/env node
import { LogError, type ErrorCode } from '../model/errors.ts';
import { columns, helpOf, usageError, Words, type Verb } from './commandLine.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';

/** Each verb is loaded when it is asked for: starting is most of what a short command costs. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  run: async () => (await import('./run.ts')).run,
  list: async () => (await import('./list.ts')).list,
  show: async () => (await import('./show.ts')).show,
  logs: async () => (await import('./logs.ts')).logs,
  tail: async () => (await import('./tail.ts')).tail,
  send: async () => (await import('./send.ts')).send,
  stats: async () => (await import('./stats.ts')).stats,
  gc: async () => (await import('./gc.ts')).gc,
  serve: async () => (await import('./serve.ts')).serve,
  recorder: async () => (await import('./recorder.ts')).recorder,
};

const summaries: readonly (readonly [string, string])[] = [
  ['  run -- <command…>', 'Run a command and record it'],
  ['  run <pipeline.yaml>', 'Run a pipeline and record it'],
  ['  list', 'List executions, newest first'],
  ['  show <execution>', 'Show the steps and hosts of an execution'],
  ['  logs <execution>', 'Print lines, all or some'],
  ['  tail <execution>', 'Print lines as they come, until the execution ends'],
  ['  stats [<execution>]', 'Count lines, errors and durations'],
  ['  gc', 'Delete executions that ended long ago'],
  ['  send', 'Send recordings that have not reached where they were to go'],
  ['  serve', 'Serve logs over HTTP, and record what is written there'],
  ['  recorder', 'Print what a Node program imports to record itself'],
];

const overview = `Usage: execlogs <verb> [options]

Record what you run, and browse it.

${columns(summaries)}

An execution is named by its id, the beginning of its id, or "latest".
"execlogs <verb> --help" tells more. Exit codes: 0 done, 1 the run failed (run passes on the command's own),
2 usage, 3 not found, 4 unavailable, 5 refused.
`;

async function execute(typed: readonly string[]): Promise<number> {
  const [name, ...rest] = typed;
  if (name === undefined) {
    process.stderr.write(overview);
    return exitCodes.usage;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    process.stdout.write(overview);
    return exitCodes.done;
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`${(await import('./version.ts')).version}\n`);
    return exitCodes.done;
  }
  const asksHelp = name === 'help';
  const verb = await loadVerb(asksHelp ? (rest[0] ?? '') : name);
  const words = asksHelp ? undefined : new Words(verb, rest);
  if (!words || words.flag('help')) {
    process.stdout.write(helpOf(verb));
    return exitCodes.done;
  }
  return verb.run(words);
}

function loadVerb(name: string): Promise<Verb> {
  const load = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (load) return load();
  throw usageError(`There is no verb "${name}"; there is ${Object.keys(verbs).join(', ')}. See: execlogs --help`);
}

/** What can be done here about what is said elsewhere. */
const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  internal: ' Set EXECLOGS_DEBUG=1 for details.',
  unauthorized:
    ' It is taken from EXECLOGS_TOKEN, from EXECLOGS_USER and EXECLOGS_PASSWORD, or from --credentials <file>.',
};

/** One of the places where errors become words. A stack trace is for those who ask for it. */
function report(error: unknown): number {
  const failure = LogError.from(error);
  process.stderr.write(`execlogs: ${failure.message}${remedies[failure.code] ?? ''}\n`);
  if (process.env['EXECLOGS_DEBUG'] === '1') process.stderr.write(`${failure.stack ?? ''}\n`);
  return exitCodeOf(failure.code);
}

// It made the editor's own Node run this program; what the program runs is not meant.
delete process.env['ELECTRON_RUN_AS_NODE'];
process.stdout.on('error', () => {
  // The reader has seen enough.
  process.exit(exitCodes.done);
});
process.stderr.on('error', () => undefined);
process.on('uncaughtException', (error) => process.exit(report(error)));
process.exitCode = await execute(process.argv.slice(2)).catch(report);
