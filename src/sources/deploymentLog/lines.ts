import type { NewLine } from '../../base/lineBatch.ts';
import { lineFlag, type Stream } from '../../model/line.ts';
import type { Command, Cut, Remark } from './deployment.ts';

/** A command as it reads in a log: what was run, what it wrote, and how it ended if not well. */
export function commandLines(command: Command): NewLine[] {
  const { stdout, stderr, exitCode, iteration, time, cut, reasoning, extracted } = command;
  const fields = { iteration: `${iteration}`, ...(exitCode !== undefined && { exit_code: `${exitCode}` }) };
  const own = { fields, ...(time !== undefined && { time }) };
  const output = (stream: 'stdout' | 'stderr', text: string): NewLine[] => [
    ...outputLines(text, cut[stream]).map((line) => ({ ...own, ...line, stream })),
    ...cutWords(stream, cut[stream]).map((words) => ({ ...own, text: words, stream: 'system' as const })),
  ];
  return [
    ...(reasoning === undefined ? [] : spoken(`reasoning: ${reasoning}`, 'system', own)),
    ...(command.command === '' ? [] : spoken(`$ ${command.command}`, 'system', own)),
    ...output('stdout', stdout),
    ...output('stderr', stderr),
    ...(extracted === undefined ? [] : spoken(`extracted: ${extracted}`, 'system', own)),
    ...endWords(command).map((text): NewLine => ({ ...own, text, stream: 'system', level: 'error' })),
  ];
}

export function remarkLines({ words, error, time }: Remark): NewLine[] {
  return spoken(words, 'system', { ...(error && { level: 'error' }), ...(time !== undefined && { time }) });
}

function endWords({ exitCode, succeeded }: Command): string[] {
  if (exitCode !== undefined && exitCode !== 0) return [`exit code ${exitCode}`];
  return succeeded === false ? ['failed'] : [];
}

/** The last line of what was cut says so itself: it may stop in the middle. */
function outputLines(text: string, cut: Cut['stdout']): NewLine[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({
    text: line,
    ...(cut && index === lines.length - 1 && { flags: lineFlag.cut }),
  }));
}

function cutWords(stream: 'stdout' | 'stderr', cut: Cut['stdout']): string[] {
  if (!cut) return [];
  const first = `The file keeps the first ${cut.kept.toLocaleString('en')} characters of ${stream}`;
  return cut.of === undefined
    ? [`${first}; what came after them, if anything did, is not in it.`]
    : [`${first}; ${cut.of.toLocaleString('en')} were written.`];
}

function spoken(text: string, stream: Stream, more: Omit<NewLine, 'text' | 'stream'>): NewLine[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...more, text: line, stream }));
}
