import { linePointer, lineText } from '../../base/lineBatch.ts';
import { levels, streams } from '../../model/line.ts';
import type { LogPage } from '../../model/page.ts';
import type { HostNames, NamedOrigin } from './hostNames.ts';
import { isoTime } from './logText.ts';
import { eventText, idText } from './sse.ts';

/** Characters that leave at once. */
const block = 65_536;

/** A page as ops-jobs tells it, an event for each line; many of them leave at once. */
export async function* lineEvents(page: LogPage, execution: string, names: HostNames): AsyncGenerator<string, void> {
  const { lines, gap, newer } = page;
  const origins = (await names.of(lines.origins)).map(originFields);
  let text = gap ? eventText('gap', { type: 'gap', ...gap }) : '';
  let last: string | undefined;
  for (let i = 0; i < lines.count; i++) {
    last = linePointer(lines, i);
    text += eventText(
      'message',
      { ...lineFields(page, i, last), ...origins[lines.originOf[i] ?? 0], execution_id: execution },
      last,
    );
    if (text.length < block) continue;
    yield text;
    text = '';
  }
  // Where nothing matched, what was looked at need not be looked at again.
  if (newer !== last && (page.scanned ?? last !== undefined)) text += idText(newer);
  yield text;
}

function lineFields({ lines }: LogPage, index: number, id: string) {
  const stream = streams[lines.streams[index] ?? 0] ?? 'system';
  return {
    type: 'log',
    id,
    timestamp: isoTime(lines, index),
    log_type: stream === 'system' ? 'info' : stream,
    level: levels[lines.levels[index] ?? 0] ?? 'none',
    line: lines.numbers[index],
    content: lineText(lines, index),
  };
}

function originFields({ step, host }: NamedOrigin) {
  return {
    host_id: host.id,
    host_name: host.name,
    host_ip: host.address ?? '',
    step_id: step.id,
    step_name: step.name,
    step_order: step.order,
  };
}
