import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { hashOfToken } from '../service/tokens.ts';
import { usageError } from './commandLine.ts';
import { printJson } from './printer.ts';

/** Who can be guessed needs no file of hashes to be found out. */
const shortest = 20;

/** Makes a token: prints it, for its bearer only, with the line that stands for it in the file of tokens. */
export async function printNewToken(name: string): Promise<void> {
  const token = `xl_${randomBytes(32).toString('base64url')}`;
  await printJson({ token, line: lineFor(name, token) });
}

/** Prints the line for a token that is given on stdin. */
export async function printLineForToken(name: string): Promise<void> {
  const token = (await text(process.stdin)).trim();
  if (token.length < shortest)
    throw usageError(`A token has at least ${shortest} characters. Give it on stdin, or let --new-token make one.`);
  await printJson(lineFor(name, token));
}

function lineFor(name: string, token: string) {
  return { name, sha256: hashOfToken(token), executions: ['*'], may: ['read'] };
}
