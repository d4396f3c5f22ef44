import type { Level, Stream } from '../../model/line.ts';
import type { HostLog } from '../hostLog.ts';
import type { StepRecording } from '../stepRecording.ts';
import { errorText, errorWords, isAbort } from './errorText.ts';

export type Fields = Readonly<Record<string, string>>;

const encoder = new TextEncoder();

/** A step at work on one host: where lines go that are logged within it. */
export class ProgramPlace {
  readonly step: string;
  readonly host: string;
  /** Names of the steps it stands in, outermost first, with its own. */
  readonly path: readonly string[];
  /** The place it stands in, which takes its lines once it has ended. */
  readonly within: ProgramPlace | undefined;
  readonly #recording: StepRecording;
  readonly #log: HostLog;
  #ended = false;

  constructor(
    at: { readonly step: string; readonly host: string; readonly path: readonly string[] },
    recording: StepRecording,
    within: ProgramPlace | undefined,
  ) {
    this.step = at.step;
    this.host = at.host;
    this.path = at.path;
    this.within = within;
    this.#recording = recording;
    this.#log = recording.begin(at.host, Date.now());
  }

  /** This place, or the nearest one around it that goes on; undefined when none does. */
  get open(): ProgramPlace | undefined {
    return this.#ended ? this.within?.open : this;
  }

  /** Each line of a text is one; the first has the level and the fields. */
  add(text: string, stream: Stream, level: Level, fields?: Fields): void {
    const lines = text.split(/\r?\n/);
    if (lines.length > 1 && lines.at(-1) === '') lines.pop();
    for (const [index, line] of lines.entries()) {
      const first = index === 0;
      const whole = { text: encoder.encode(line), stream, level: first ? level : 'none' } as const;
      void this.#log.add({ ...whole, ...(first && fields && { fields }) });
    }
  }

  succeeded(): void {
    this.#end({ status: 'succeeded', at: Date.now() });
  }

  /** `isNew` unless what was thrown stands in the log already. */
  failed(thrown: unknown, isNew: boolean): void {
    if (isNew) this.add(errorText(thrown), 'stderr', 'error');
    const status = isAbort(thrown) ? 'cancelled' : 'failed';
    this.#end({ status, message: errorWords(thrown), at: Date.now() });
  }

  /** Its run has ended; nothing happens when it has ended, too. */
  left(): void {
    this.#end({ status: 'cancelled', message: 'the run ended before it', at: Date.now() });
  }

  #end(end: Parameters<StepRecording['end']>[1]): void {
    if (this.#ended) return;
    this.#ended = true;
    void this.#recording.end(this.host, end, this.#log);
  }
}
