import { existsSync, linkSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LogError } from '../../model/errors.ts';
import { fileTime } from './localTime.ts';

/** Writing may take this share of the time, when it takes longer than `quick` milliseconds. */
const share = 1 / 20;
const quick = 5;

/** Characters of a run's name that its file's name takes over. */
const nameLength = 50;

/**
 * A file that always holds the whole of something that grows. It is replaced as a whole, so that nobody ever reads half of it:
 * by `flush` before that returns, by `changed` too, unless writing has come to take long: then a little later.
 */
export class LogFile {
  readonly #folder: string;
  readonly #name: string;
  readonly #at: number;
  readonly #content: () => string;
  readonly #report: (words: string) => void;
  #path: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restUntil = 0;
  #reported = false;

  /** Nothing is written before the first `changed`. `report` is told once when it cannot be. */
  constructor(
    folder: string,
    about: { readonly name: string; readonly at: number },
    content: () => string,
    report: (words: string) => void,
  ) {
    this.#folder = folder;
    this.#name = about.name;
    this.#at = about.at;
    this.#content = content;
    this.#report = report;
  }

  changed(): void {
    if (this.#timer) return;
    const wait = this.#restUntil - performance.now();
    if (wait <= 0) this.#write();
    else
      this.#timer = setTimeout(() => {
        this.flush();
      }, wait);
  }

  /** Writes what has changed, at once. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write();
  }

  #write(): void {
    const from = performance.now();
    try {
      this.#replace(this.#content());
    } catch (error) {
      this.#tell(error);
    }
    const took = performance.now() - from;
    this.#restUntil = took > quick ? from + took / share : 0;
  }

  #replace(content: string): void {
    if (this.#path === undefined) makeFolder(this.#folder);
    const temporary = join(this.#folder, `.deploy_${this.#at}_${process.pid}.tmp`);
    try {
      writeNew(temporary, content);
      if (this.#path === undefined) this.#path = this.#claim(temporary);
      else renameSync(temporary, this.#path);
    } finally {
      if (existsSync(temporary)) unlinkSync(temporary);
    }
  }

  /** Two runs that begin in one second must not share a file: the later one counts on. */
  #claim(temporary: string): string {
    for (let turn = 1; ; turn++) {
      const path = join(this.#folder, fileName(this.#name, this.#at, turn));
      if (claimed(temporary, path)) return path;
    }
  }

  #tell(error: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    const why = LogError.from(error).message;
    this.#report(
      `The deployment log in ${this.#folder} cannot be written: ${why}. The run goes on and is recorded all the same. ` +
        'Make room there, or the folder writable: the next command to end writes the whole log.',
    );
  }
}

/** Where a system refuses folders by saying that the parent is missing, Node's own recursion would go on for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: !existsSync(dirname(resolve(folder))) });
}

function fileName(name: string, at: number, turn: number): string {
  const safe = [...name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')].slice(0, nameLength).join('');
  return `deploy_${safe.replaceAll(/^-+|-+$/g, '') || 'run'}${turn > 1 ? `-${turn}` : ''}_${fileTime(at)}.json`;
}

/** What somebody else has put there is not written into: it may be a link to anything. */
function writeNew(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx' });
  } catch (error) {
    if (!isTaken(error)) throw error;
    unlinkSync(path);
    writeFileSync(path, content, { flag: 'wx' });
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Gives the file a name that nobody has; false when somebody has it. */
function claimed(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
  }
  // A file system without hard links: between looking and renaming there is a moment.
  if (existsSync(path)) return false;
  renameSync(temporary, path);
  return true;
}
