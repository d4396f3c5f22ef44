import { parseTime } from '../../base/parseTime.ts';
import type { Remark } from './deployment.ts';
import { fieldsOf, numberOf, recordsOf, textOf, wordsOf, type Fields } from './values.ts';

/** What a step of version 2 says besides its commands. */
export function remarksOf(step: Fields, skipped: boolean): Remark[] {
  return [
    ...recordsOf(step['user_interactions']).flatMap(interactionOf),
    ...recordsOf(step['compression_events']).map(compressionOf),
    ...remark('compressed history', step['compressed_history']),
    ...outputsOf(step['structured_outputs'] ?? step['outputs']),
    ...remark('error', step['error'], skipped ? undefined : true),
  ];
}

/** What a run says at its end. */
export function endingOf(file: Fields): Remark[] {
  return [...listed(file['execution_summary']), ...listed(file['summary'])];
}

/** A question with its answer, each where there is one. */
export function interactionOf(said: Fields): Remark[] {
  const answer = said['response'] ?? said['user_response'];
  return [...remark('question', said['question']), ...remark('answer', answer)];
}

function compressionOf(said: Fields): Remark {
  const [before, after] = [numberOf(said['token_count_before']), numberOf(said['token_count_after'])];
  const [compressed, kept] = [numberOf(said['commands_compressed']), numberOf(said['commands_kept'])];
  const time = parseTime(said['timestamp'], 'local');
  const why = textOf(said['trigger_reason']);
  const parts = [
    ...(compressed === undefined ? [] : [`${compressed} commands compressed`]),
    ...(kept === undefined ? [] : [`${kept} kept`]),
    ...(before === undefined || after === undefined ? [] : [`${before} → ${after} tokens`]),
    ...(why === undefined ? [] : [why]),
  ];
  const words = parts.length > 0 ? parts.join(', ') : JSON.stringify(said);
  return { words: `history compressed: ${words}`, ...(time !== undefined && { time }) };
}

function outputsOf(value: unknown): Remark[] {
  const { summary, key_info: info, ...rest } = fieldsOf(value);
  if (typeof value === 'string') return remark('result', value);
  return [...remark('result', summary), ...listed(info), ...listed(rest)];
}

/** Each field of an object as a remark of its own. */
function listed(value: unknown): Remark[] {
  return Object.entries(fieldsOf(value)).flatMap(([key, one]) => {
    const lines = Array.isArray(one) ? (one as unknown[]) : [one];
    return lines.flatMap((line) => remark(key.replaceAll('_', ' '), line));
  });
}

function remark(title: string, value: unknown, error?: true): Remark[] {
  const words = wordsOf(value);
  return words === undefined ? [] : [{ words: `${title}: ${words}`, ...(error && { error }) }];
}
