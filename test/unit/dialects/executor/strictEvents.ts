export interface SentEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** What a client resumes with after this event. */
  readonly id: string;
}

/**
 * Reads a stream of server-sent events to its end, strictly: whole UTF-8, known fields only, one line of JSON each.
 * `until` says when enough was seen; then the stream is left.
 */
export async function readEvents(
  answer: Response,
  until: (events: readonly SentEvent[]) => boolean = () => false,
): Promise<SentEvent[]> {
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  if (answer.headers.get('content-type') !== 'text/event-stream; charset=utf-8') throw new Error('no event stream');
  const events: SentEvent[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let id = '';
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = readBlock(block, id);
      id = event.id;
      if (event.event !== '') events.push(event);
    }
    if (until(events)) return events;
  }
  if (text !== '') throw new Error(`the stream was cut within ${JSON.stringify(text)}`);
  return events;
}

function readBlock(block: string, before: string): SentEvent {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^(id|event|data|): ?([^\r]*)$/.exec(line) ?? [];
    if (!/^(id|event|data|):/.test(line) || fields.has(name)) throw new Error(`no event: ${JSON.stringify(block)}`);
    fields.set(name, value);
  }
  const id = fields.get('id') ?? before;
  const data = fields.get('data');
  if (data === undefined) return { event: '', data: {}, id };
  return { event: fields.get('event') ?? 'message', data: JSON.parse(data) as Record<string, unknown>, id };
}
