import { parseTime } from '../../../base/parseTime.ts';
import { levels, type Level, type Stream } from '../../../model/line.ts';
import type { Step } from '../../../model/execution.ts';
import { rawText } from './logText.ts';
import { isStreamId } from './streamIds.ts';
import { numberOf, textOf, type Fields } from '../../values.ts';

/** A line as the stream tells it; only these say what they really are: their id, their step, where they came from. */
export interface EventLine {
  /** Of the entry in the server's stream. */
  readonly id: string;
  readonly step: string | undefined;
  readonly host: string;
  readonly time: number | undefined;
  readonly stream: Stream;
  readonly level: Level | undefined;
  readonly texts: readonly string[];
  readonly raw: string;
  /** Written by an agent: such lines are in no host's history. */
  readonly agent: boolean;
}

/**
 * The line of a `log` event. In live ones the data's own `id` is null, so the event's counts. Undefined without
 * an id, and for entries without text, which the system leaves out of its histories.
 */
export function eventLineOf(data: Fields, eventId: string, steps: readonly Step[]): EventLine | undefined {
  const id = isStreamId(eventId) ? eventId : data['id'];
  const content = textOf(data['content']);
  if (!isStreamId(id) || content === undefined) return undefined;
  const stream = textOf(data['stream'] ?? data['log_type']);
  const bad = stream === 'stderr' || stream === 'error';
  return {
    id,
    step: stepOf(data, steps),
    host: textOf(data['host_id']) ?? 'unknown_host',
    time: parseTime(data['timestamp']),
    stream: bad ? 'stderr' : 'stdout',
    level: levelOf(textOf(data['level']) ?? stream),
    texts: content.split('\n'),
    raw: rawText(textOf(data['timestamp']) ?? 'None', content),
    agent: data['structure_missing'] === true || numberOf(data['step_order']) === 0,
  };
}

/**
 * The server's own histories go by order and name. Agents name only their task, the second part of which is the
 * step; the step id of replayed lines is made up.
 */
function stepOf(data: Fields, steps: readonly Step[]): string | undefined {
  const order = numberOf(data['step_order']);
  const name = textOf(data['step_name']);
  const placed = steps.find((step) => step.order === order && step.name === name);
  if (placed) return placed.id;
  const said = [textOf(data['step_id']), textOf(data['task_id'])?.split('_')[1]];
  const named = steps.find(({ id }) => said.includes(id));
  return named?.id ?? (steps.length === 1 ? steps[0]?.id : undefined);
}

/** Agents call almost everything "info", which says nothing: what the text says counts then. */
function levelOf(word: string | undefined): Level | undefined {
  const level = word === 'warning' ? 'warn' : word === 'critical' ? 'fatal' : word;
  return level === 'info' ? undefined : levels.find((known) => known === level && known !== 'none');
}
