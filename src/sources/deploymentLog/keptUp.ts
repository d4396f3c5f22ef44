import { delay } from '../../base/abort.ts';
import type { Transcript } from '../../held/transcript.ts';
import { LogError } from '../../model/errors.ts';
import type { Files, FileRead } from './files.ts';
import { Reading } from './reading.ts';
import { asFarAsWritten, damagedAfter, summaryOf } from './summary.ts';

/** Waits before a file that is being written is read again, in milliseconds; after the last it is left as it is for now. */
const patience = [10, 20, 40, 80, 160, 320];
/** How long a file that goes on may be gone before its run counts as ended, in milliseconds. */
const goneAfter = 10_000;
/** How often a file that cannot be read is looked at, in milliseconds. */
const troubledEvery = 10_000;

export interface Trouble {
  readonly why: string;
  /** The file is looked at again so often. */
  readonly seconds: number;
}

/** A transcript, kept up with its file. */
export class KeptUp {
  readonly #transcript: Transcript;
  readonly #files: Files;
  readonly #stale: number;
  readonly #reading: Reading;
  #last: FileRead | undefined;
  #told: string | undefined;
  #goneSince: number | undefined;
  #trouble: Trouble | undefined;

  constructor(transcript: Transcript, files: Files, stale: number) {
    this.#transcript = transcript;
    this.#files = files;
    this.#stale = stale;
    this.#reading = new Reading(transcript);
  }

  /** Milliseconds that making sense of the file takes. */
  get cost(): number {
    return this.#last?.took ?? 0;
  }

  /** What keeps the file from being read, once it is plain that it is not just being written. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** Reads what the file says now. Throws notFound when there is none. */
  async refresh(signal: AbortSignal): Promise<void> {
    const read = await this.#read(signal);
    if (!read) throw new LogError('notFound', `There is no deployment log "${this.#transcript.execution}".`);
    this.#goneSince = undefined;
    this.#tell(read);
  }

  /** As `refresh`, for those who have seen the file: it may be gone for a while. */
  async stay(signal: AbortSignal): Promise<void> {
    try {
      await this.refresh(signal);
    } catch (error) {
      if (!(error instanceof LogError && error.code === 'notFound') || !this.#transcript.told) throw error;
      this.#goneSince ??= Date.now();
      if (Date.now() - this.#goneSince < goneAfter) return;
      const { execution } = this.#transcript.told;
      this.#reading.keep({ ...execution, status: 'interrupted', message: 'Its file is no longer there.' });
    }
  }

  /** In how many milliseconds to look again even if nothing changes: time passing is news, too. */
  nextLook(now: number): number | undefined {
    if (this.#goneSince !== undefined) return Math.max(0, this.#goneSince + goneAfter - now);
    if (!this.#last) return undefined;
    if (this.#trouble) return troubledEvery;
    const { deployment, file } = this.#last;
    const due = file.changedAt + (deployment ? this.#stale : damagedAfter) + 1 - now;
    // A timer holds no more than 24 days; and what is due has been told.
    return due > 0 && due < 2 ** 31 ? due : undefined;
  }

  async #read(signal: AbortSignal): Promise<FileRead | undefined> {
    let read = await this.#files.read(this.#transcript.execution);
    for (const wait of patience) {
      if (!isHalf(read) || Date.now() - read.file.changedAt > damagedAfter) break;
      await delay(wait, signal);
      read = await this.#files.read(this.#transcript.execution);
    }
    return read;
  }

  #tell(read: FileRead): void {
    const now = Date.now();
    const deployment = asFarAsWritten(read, this.#stale, now);
    const summary = summaryOf(read.file, deployment, now);
    const same = read.deployment !== undefined && read.deployment === this.#last?.deployment;
    this.#last = read;
    const why = deployment ? undefined : summary.message;
    this.#trouble = why === undefined ? undefined : { why, seconds: troubledEvery / 1_000 };
    const told = JSON.stringify(summary);
    if (same && told === this.#told) return;
    this.#told = told;
    if (deployment) this.#reading.tell(deployment, summary);
    else this.#keep(summary);
  }

  /** The file cannot be read now: what was known of it stays. */
  #keep(summary: ReturnType<typeof summaryOf>): void {
    const known = this.#transcript.told?.execution;
    const { message } = summary;
    if (!known) this.#reading.keep(summary);
    else if (message !== undefined) this.#reading.keep({ ...known, message });
  }
}

function isHalf(read: FileRead | undefined): read is FileRead {
  return read !== undefined && read.deployment === undefined && read.file.refused === undefined;
}
