import { parseTime } from '../../base/parseTime.ts';
import type { Command, Cut } from './deployment.ts';
import { numberOf, textOf, wordsOf, type Fields } from './values.ts';

/** How many characters of each stream the writers keep. */
export interface Kept {
  readonly stdout: number;
  readonly stderr: number;
}

/** The command that is number `iteration` of its step, unless it says otherwise. */
export function commandOf(said: Fields, iteration: number, kept: Kept): Command {
  const [stdout, stderr] = [outputOf(said['stdout']), outputOf(said['stderr'])];
  const host = textOf(said['host']);
  const exitCode = numberOf(said['exit_code']);
  const time = parseTime(said['timestamp'], 'local');
  const reasoning = textOf(said['reasoning']);
  const extracted = wordsOf(said['extracted_output']);
  return {
    command: outputOf(said['command']),
    ...(host !== undefined && { host }),
    ...(typeof said['success'] === 'boolean' && { succeeded: said['success'] }),
    ...(exitCode !== undefined && { exitCode }),
    stdout,
    stderr,
    ...(time !== undefined && { time }),
    iteration: numberOf(said['iteration']) ?? iteration,
    ...(reasoning !== undefined && { reasoning }),
    ...(extracted !== undefined && { extracted }),
    cut: cutOf(said, { stdout, stderr }, kept),
  };
}

export function isSameCommand(one: Command, other: Command): boolean {
  return (
    one.time === other.time &&
    one.command === other.command &&
    one.host === other.host &&
    one.exitCode === other.exitCode &&
    one.stdout === other.stdout &&
    one.stderr === other.stderr
  );
}

function outputOf(value: unknown): string {
  return typeof value === 'string' ? value : (wordsOf(value) ?? '');
}

/** The original cuts without a word: what is exactly as long as it may be has most likely been cut. */
function cutOf(said: Fields, output: { readonly stdout: string; readonly stderr: string }, kept: Kept): Cut {
  const cut = (stream: 'stdout' | 'stderr') => {
    const text = output[stream];
    const of = numberOf(said[`${stream}_length`]);
    if (of === undefined && text.length < kept[stream]) return undefined;
    const length = lengthOf(text);
    if (of === undefined) return length === kept[stream] ? { kept: length } : undefined;
    return of > length ? { kept: length, of } : undefined;
  };
  const [stdout, stderr] = [cut('stdout'), cut('stderr')];
  return { ...(stdout && { stdout }), ...(stderr && { stderr }) };
}

/** In whole characters, as Python counts them. */
function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) length--;
  return length;
}
