import { shellWord } from './shellWords.ts';

/** What a shell somewhere else is to run. */
export interface SteeredWork {
  /** For `sh`; it ends at its first failing command. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Makes what the shell says of its work recognisable: nobody else knows it. */
  readonly secret: string;
}

/** What a shell begins with when it says something of its work among the lines of its stderr. */
export function markOf(secret: string): string {
  return `\u001Eexeclogs:${secret}:`;
}

const signals = 'HUP INT QUIT TERM USR1 USR2';

/** How long what was asked to end may take before it is killed there, in seconds. */
const graceToEnd = 10;

/**
 * What `sh -s` is given on its stdin. The shell reads all of it before it begins, so that afterwards the same stdin can
 * steer it: a line there names a signal for everything that runs, and its end, as when the connection is gone, ends
 * everything. The work itself finds nothing on its stdin. It is no job in the background, because those ignore SIGINT.
 */
export function steeredScript({ script, environment, directory, secret }: SteeredWork): string {
  const say = (words: string) => `printf '\\036execlogs:${secret}:%s\\n' ${words}`;
  return [
    '{',
    'exec 3<&0 </dev/null',
    `( trap '' ${signals}`,
    'while read -r signal <&3; do kill -s "$signal" 0; done',
    `kill -s TERM 0; exec 3<&-; sleep ${graceToEnd}; kill -s KILL 0`,
    ') >/dev/null 2>&1 &',
    'steering=$!',
    `trap : ${signals}`,
    // On both, so that whatever is heard of the work is heard later.
    `${say('begins')}; ${say('begins')} >&2`,
    '( exec 3<&-',
    ...(directory === undefined
      ? []
      : [`CDPATH= cd -- ${shellWord(directory)} || { ${say('nowhere')} >&2; exit 126; }`]),
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    'set -e',
    `eval ${shellWord(script)}`,
    ')',
    'ended=$?',
    `${say('"ends $ended"')} >&2`,
    'exec >/dev/null 2>&1',
    'kill -s KILL "$steering"',
    'exit "$ended"',
    '}',
    '',
  ].join('\n');
}
