import { delay } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import { looks } from '../../base/looks.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import { LogError } from '../../model/errors.ts';
import type { Execution } from '../../model/execution.ts';
import { pointer, type Pointer } from '../../model/pointer.ts';
import type { LogSource } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { actionsOf } from './actionLogs.ts';
import type { Asked } from './asked.ts';
import { eventStreamAnswer, eventText } from './events.ts';
import { entriesOf } from './logEntries.ts';
import { errorOf, toEventHead, toJob } from './payload.ts';
import { snapshotOf, type SnapshotOptions } from './snapshot.ts';

/** What is asked of the source at a time; this much waits while a client stalls. */
const atOnce = { lines: 4_000, bytes: 262_144 } as const;
/** Characters that leave at once. */
const block = 65_536;
/** How often it is looked how a job stands at least, and at most, in milliseconds. */
const everySoOften = 4_000;
const pause = 200;

export interface JobStreamOptions extends SnapshotOptions {
  /** Milliseconds of silence before a heartbeat. */
  readonly heartbeat: number;
}

/**
 * Snapshot, then an event for each line and each change of state, then one of the final state. Lines go on from the
 * snapshot's last pointer, so none is lost between the two, whenever it was written.
 */
export async function jobStreamAnswer(
  call: HttpCall,
  source: LogSource,
  id: string,
  options: JobStreamOptions,
): Promise<HttpAnswer> {
  const stream = new JobStream(source, id, options);
  return stream.answer(call, await stream.begin(call));
}

interface Beginning {
  readonly opening: string;
  /** Where lines go on; absent when the snapshot says everything. */
  readonly from?: Pointer;
}

class JobStream {
  readonly #source: LogSource;
  readonly #id: string;
  readonly #options: JobStreamOptions;
  readonly #asked: Asked | undefined;
  /** How the job stands as far as has been told. */
  #now: Execution | undefined;

  constructor(source: LogSource, id: string, options: JobStreamOptions) {
    this.#source = source;
    this.#id = id;
    this.#options = options;
    this.#asked = options.asked.of(id);
  }

  /** Looks at what is asked for while an answer can still say that it cannot be had. */
  async begin(call: HttpCall): Promise<Beginning> {
    const { signal } = call;
    const resumed = await this.#resumed(call);
    if (resumed !== undefined) {
      await this.#look(signal);
      return { opening: ': resumed\n\n', from: resumed };
    }
    const { job, execution, lines } = await snapshotOf(this.#source, this.#id, this.#options, { signal });
    this.#now = execution;
    const opening = eventText({ type: 'snapshot', job }, lines.newer);
    return isFinished(execution.status) ? { opening } : { opening, from: lines.newer };
  }

  answer(call: HttpCall, { opening, from }: Beginning): HttpAnswer {
    const beat = { every: this.#options.heartbeat, text: (signal: AbortSignal) => this.#beat(signal) };
    if (from === undefined) return eventStreamAnswer({ opening, parts: [], beat, end: async () => '' }, call.signal);
    return eventStreamAnswer(
      {
        opening,
        parts: [(signal) => this.#states(signal), (signal) => this.#lines(from, signal)],
        beat,
        end: (signal) => this.#last(signal),
      },
      call.signal,
    );
  }

  async *#lines(from: Pointer, signal: AbortSignal): AsyncGenerator<string, void> {
    const query = { execution: this.#id, position: { at: 'after', pointer: from }, limit: atOnce } as const;
    for await (const page of this.#source.tailLog(query, { signal })) {
      let text = '';
      for (const { entry, pointer: id } of entriesOf(page)) {
        text += this.#event(entry, id);
        if (text.length < block) continue;
        yield text;
        text = '';
      }
      if (text !== '') yield text;
    }
  }

  /** Every state but the last, which is told when all lines have been. */
  async *#states(signal: AbortSignal): AsyncGenerator<string, void> {
    const watch = this.#source.watch({ execution: this.#id }, { signal });
    const news = mergeStreams<unknown>([watch], [leavable((inner) => looks(everySoOften, inner), signal)]);
    let told = this.#now && JSON.stringify(this.#head(this.#now));
    for await (const _ of news) {
      const now = await this.#look(signal);
      if (isFinished(now.status)) return;
      const words = JSON.stringify(this.#head(now));
      if (words !== told) yield this.#event(null);
      told = words;
      await delay(pause, signal);
    }
  }

  async #last(signal: AbortSignal): Promise<string> {
    const now = await this.#look(signal);
    const { result } = toJob(now, this.#asked);
    const error = errorOf(now);
    return eventText({
      ...this.#head(now),
      event: null,
      ...(result && { result }),
      ...(error !== null && { error }),
      type: 'event',
    });
  }

  async #beat(signal: AbortSignal): Promise<string> {
    const now = await this.#look(signal);
    const actions = this.#options.actions && actionsOf(now, this.#asked);
    return eventText({ type: 'heartbeat', job: { ...toJob(now, this.#asked), ...actions } });
  }

  /** The line that tells of a failure comes before the state does: who hears of an end listens no further. */
  #event(event: object | null, id?: string): string {
    const { status, ...head } = this.#now ? this.#head(this.#now) : { status: 'running' };
    const open = status === 'queued' ? status : 'running';
    return eventText({ ...head, status: open, event, type: 'event' }, id);
  }

  #head(execution: Execution) {
    return toEventHead(execution, this.#asked);
  }

  /** A job that has ended while its lines are still being told counts as running until they have been. */
  async #look(signal: AbortSignal): Promise<Execution> {
    const execution = await this.#source.getExecution({ execution: this.#id }, { signal });
    if (!this.#now || !isFinished(execution.status)) this.#now = execution;
    return execution;
  }

  /** After the line that the client saw last; a snapshot begins anew where that is no line of this log. */
  async #resumed(call: HttpCall): Promise<Pointer | undefined> {
    const id = call.header('last-event-id');
    if (id === undefined || id === '') return undefined;
    const from = pointer(id);
    const query = { execution: this.#id, position: { at: 'after', pointer: from }, limit: { lines: 1 } } as const;
    try {
      await this.#source.readLog({ ...query, withoutText: true }, { signal: call.signal });
      return from;
    } catch (error) {
      if (error instanceof LogError && error.code === 'invalidPointer') return undefined;
      throw error;
    }
  }
}
