import { LineColumnsBuilder } from '../../base/lineBatch.ts';
import type { Transcript } from '../../held/transcript.ts';
import type { Level, Stream } from '../../model/line.ts';
import { isFinished, type Status } from '../../model/status.ts';
import type { HostState, RunState } from './readState.ts';

/** How much of what hosts say is among a transcript's lines already. */
export class Taken {
  readonly #texts = new Map<string, string>();

  /** Adds to the transcript what a state says beyond what earlier ones did. */
  add(transcript: Transcript, state: RunState, over: boolean): void {
    for (const node of state.nodes)
      for (const host of node.hosts) this.#addHost(transcript, node.id, host, over || isFinished(host.status));
  }

  #addHost(transcript: Transcript, step: string, host: HostState, ended: boolean): void {
    const lines = new LineColumnsBuilder();
    const { startedAt, endedAt } = host;
    const add = (stream: Stream, said: string, time: number | undefined, level?: Level): void => {
      for (const text of this.#unseen(JSON.stringify([step, host.id, stream]), said, ended))
        lines.add({ text, stream, ...(time !== undefined && { time }), ...(level && { level }) });
    };
    add('stdout', host.stdout, startedAt);
    add('stderr', host.stderr, startedAt);
    add('system', host.message ?? '', endedAt ?? startedAt, levelOf(host.status));
    transcript.add(step, host.id, lines.build());
  }

  /** Whole lines that were not seen: what was added to the text before or, if it has become another one, all of it. */
  #unseen(key: string, said: string, ended: boolean): string[] {
    const before = this.#texts.get(key) ?? '';
    const whole = ended ? said : said.slice(0, said.lastIndexOf('\n') + 1);
    if (whole === before || whole === '') return [];
    this.#texts.set(key, whole);
    const added = whole.startsWith(before) ? whole.slice(before.length) : whole;
    // Only the end came of a line that was shown without it.
    const more = before !== '' && !before.endsWith('\n') && added.startsWith('\n') ? added.slice(1) : added;
    if (more === '') return [];
    const lines = more.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }
}

function levelOf(status: Status): Level {
  return status === 'failed' || status === 'timedOut' ? 'error' : 'info';
}
