import type { ExecutionList, TailState } from '../model/page.ts';
import type { ExecutionQuery, WatchQuery } from '../model/query.ts';
import type { Capabilities, Change } from '../model/source.ts';
import type { Transcript, TranscriptOptions } from './transcript.ts';

/** Who follows an execution: until when, and whom to tell how it is kept up with. */
export interface Follower {
  /** Aborted when nobody follows any longer, and when the source is closed. */
  readonly signal: AbortSignal;
  readonly tell: (state: TailState) => void;
}

/** A system as `TranscriptSource` asks it: what it takes to make a `LogSource` of anything that can be read again. */
export interface TranscriptSystem {
  /** What can be done beyond holding lines; pointers hold as long as the source. Without times of lines nobody can seek by time. */
  readonly can: Pick<Capabilities, 'hosts' | 'watch'> & Partial<Pick<Capabilities, 'inferred' | 'seekByTime'>>;
  readonly transcripts: TranscriptOptions;
  /** How many watches wait for the next look; where nobody counts them, all that are open. */
  readonly waiting?: number;
  /** Rejects with `LogError`s, and the signal's reason when it aborts; so do the calls below. */
  list(query: ExecutionQuery, signal: AbortSignal): Promise<ExecutionList>;
  /**
   * Brings a transcript up to what the system says now; cheap when nothing is new. Never called twice at once for the
   * same transcript, nor while it is followed. Throws notFound when there is no such execution.
   */
  refresh(transcript: Transcript, signal: AbortSignal): Promise<void>;
  /**
   * Keeps a transcript up to date. Resolves when nothing more will come, or when told to stop; throws what ends the
   * tails of those who follow. What may pass by itself is waited for here.
   */
  follow(transcript: Transcript, follower: Follower): Promise<void>;
  /** What changes from now on, until aborted. */
  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<Change>;
  dispose?(): Promise<void>;
}
