import { delay } from '../../base/abort.ts';
import { pollingWatch } from '../../base/pollingWatch.ts';
import { Transcript } from '../../held/transcript.ts';
import type { Follower, TranscriptSystem } from '../../held/transcriptSystem.ts';
import type { ExecutionList, TailState } from '../../model/page.ts';
import type { ExecutionQuery, WatchQuery } from '../../model/query.ts';
import type { Change } from '../../model/source.ts';
import { Files } from './files.ts';
import { findFiles } from './findFiles.ts';
import { FolderWatch } from './folderWatch.ts';
import { Listing } from './listing.ts';
import type { Place } from './place.ts';
import { KeptUp } from './keptUp.ts';

/** Changes that come together are read together; and reading takes no more than this share of the time. */
const together = 15;
const share = 1 / 15;

/** Deployment logs in a folder, read again whenever they have been written. */
export class DeploymentLogs implements TranscriptSystem {
  readonly can = { hosts: true, watch: 'poll' } as const;
  readonly transcripts = { scheme: 'deployment', reruns: 'failed' } as const;
  waiting = 0;
  readonly #files: Files;
  readonly #listing: Listing;
  readonly #folders: FolderWatch;
  readonly #stale: number;
  readonly #keptUp = new WeakMap<Transcript, KeptUp>();

  constructor(place: Place) {
    this.#stale = place.stale;
    this.#files = new Files(place);
    this.#listing = new Listing(this.#files, place.stale);
    // Only a glob needs to be looked for again.
    const only = place.pattern.length === 1 && place.pattern[0] !== '**';
    this.#folders = new FolderWatch(async () => (only ? [place.root] : (await findFiles(place)).folders));
  }

  list(query: ExecutionQuery): Promise<ExecutionList> {
    return this.#listing.list(query);
  }

  async refresh(transcript: Transcript, signal: AbortSignal): Promise<void> {
    await this.#keepUp(transcript).refresh(signal);
  }

  async follow(transcript: Transcript, { signal, tell }: Follower): Promise<void> {
    using _ = await this.#folders.use();
    const keptUp = this.#keepUp(transcript);
    for (;;) {
      const { mark } = this.#folders.news;
      await keptUp.stay(signal);
      tell(this.#stateOf(keptUp));
      if (transcript.isFinished) return;
      await delay(Math.max(together, keptUp.cost / share), signal);
      await this.#newsSince(mark, keptUp.nextLook(Date.now()), signal);
    }
  }

  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<Change> {
    return this.#watch(query, signal);
  }

  async dispose(): Promise<void> {
    this.#folders[Symbol.dispose]();
    return Promise.resolve();
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    using _ = await this.#folders.use();
    const { news } = this.#folders;
    const begun = news.mark;
    let mark = begun;
    const looked = Promise.withResolvers<boolean>();
    const pause = async (until: AbortSignal) => {
      looked.resolve(news.mark !== begun);
      this.waiting++;
      try {
        await news.since(mark, until);
        await delay(together, until);
      } finally {
        this.waiting--;
      }
      mark = news.mark;
    };
    const changes = pollingWatch(this.#asked(signal), query, pause, signal);
    const first = changes.next();
    first.catch(() => undefined);
    // What changed while the first look was taken may be in it, or not: nobody can tell.
    if (await Promise.race([looked.promise, first.then(() => false)])) yield* this.#all(query);
    for (let next = await first; next.done !== true; next = await changes.next()) yield next.value;
  }

  async *#all({ execution, step }: WatchQuery): AsyncGenerator<Change, void> {
    if (execution !== undefined) yield { execution, ...(step !== undefined && { step }) };
    else for (const { id } of (await this.list({})).executions) yield { execution: id };
  }

  /** Looks for a watch into transcripts of its own: it wants no lines. */
  #asked(signal: AbortSignal): Parameters<typeof pollingWatch>[0] {
    const own = new Map<string, Transcript>();
    const asked = async (execution: string): Promise<Transcript> => {
      const transcript = own.get(execution) ?? new Transcript(execution, { ...this.transcripts, mostBytes: 0 });
      own.set(execution, transcript);
      await this.refresh(transcript, signal);
      return transcript;
    };
    return {
      listExecutions: (query) => this.list(query),
      getExecution: async ({ execution }) => (await asked(execution)).described,
      getStepResult: async (query) => (await asked(query.execution)).stepResult(query),
    };
  }

  #keepUp(transcript: Transcript): KeptUp {
    const known = this.#keptUp.get(transcript);
    if (known) return known;
    const keptUp = new KeptUp(transcript, this.#files, this.#stale);
    this.#keptUp.set(transcript, keptUp);
    return keptUp;
  }

  #stateOf({ trouble }: KeptUp): TailState {
    if (trouble) return { kind: 'polling', ...trouble };
    const seconds = this.#folders.polling;
    return seconds === undefined ? { kind: 'live' } : { kind: 'polling', seconds };
  }

  /** Resolves when something changed since `mark`, or when it is time to look anyway. */
  async #newsSince(mark: number, wait: number | undefined, signal: AbortSignal): Promise<void> {
    if (wait === undefined) return this.#folders.news.since(mark, signal);
    const time = AbortSignal.timeout(Math.ceil(wait));
    const until = AbortSignal.any([signal, time]);
    try {
      await this.#folders.news.since(mark, until);
    } catch (error) {
      if (!time.aborted || signal.aborted) throw error;
    }
  }
}
