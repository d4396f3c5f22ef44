import { LogError } from '../model/errors.ts';
import type { TailState } from '../model/page.ts';
import type { Transcript } from './transcript.ts';
import type { TranscriptSystem } from './transcriptSystem.ts';

interface Run {
  readonly stop: AbortController;
  /** Resolves when the system has let go of the transcript. */
  readonly ended: Promise<void>;
}

/** Keeps one transcript up to date as long as somebody wants that. */
export class Following {
  readonly #system: TranscriptSystem;
  readonly #transcript: Transcript;
  #followers = 0;
  #run: Run | undefined;
  #state: TailState | undefined;
  #failure: LogError | undefined;

  constructor(system: TranscriptSystem, transcript: Transcript) {
    this.#system = system;
    this.#transcript = transcript;
  }

  get isWanted(): boolean {
    return this.#followers > 0;
  }

  /** Lines come by themselves: nobody needs to ask. */
  get isOn(): boolean {
    return this.#run !== undefined && !this.#run.stop.signal.aborted;
  }

  /** Resolves at once while it is on; else when the system has let go of the transcript. */
  get letGo(): Promise<void> {
    return this.isOn ? Promise.resolve() : (this.#run?.ended ?? Promise.resolve());
  }

  get state(): TailState | undefined {
    return this.#state;
  }

  /** Why it broke; a new follower tries again. */
  get failure(): LogError | undefined {
    return this.#failure;
  }

  join(): void {
    this.#followers++;
  }

  /** To be called once what is there has been read. */
  begin(): void {
    if (this.isOn || this.#followers === 0) return;
    this.#failure = undefined;
    this.#state = undefined;
    const stop = new AbortController();
    this.#run = { stop, ended: this.#follow(this.letGo, stop.signal) };
  }

  leave(): void {
    this.#followers--;
    if (this.#followers === 0) this.end(new LogError('closed', 'Nobody follows any longer.'));
  }

  end(reason: LogError): void {
    this.#run?.stop.abort(reason);
  }

  async #follow(before: Promise<void>, signal: AbortSignal): Promise<void> {
    await before;
    const stopped = (): boolean => signal.aborted;
    const tell = (state: TailState): void => {
      if (stopped()) return;
      this.#state = state;
      this.#transcript.news.tell();
    };
    try {
      if (stopped()) return;
      await this.#system.follow(this.#transcript, { signal, tell });
      if (!stopped() && !this.#transcript.isFinished)
        this.#broke(new LogError('unavailable', 'The system told no more, though the execution has not ended.'));
    } catch (error) {
      if (!stopped()) this.#broke(LogError.from(error));
    } finally {
      if (this.#run?.stop.signal === signal) this.#run = undefined;
    }
  }

  #broke(error: LogError): void {
    this.#failure = error;
    this.#transcript.news.tell();
  }
}
