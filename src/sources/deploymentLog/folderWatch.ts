import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { News } from '../../base/news.ts';

/** How often is looked, in milliseconds: where the system tells of changes, in case it does not; where it does not tell. */
const seldom = 2_000;
const often = 200;

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: number;
}

/** Tells that something in some folders may have changed, as long as somebody wants to know. */
export class FolderWatch implements Disposable {
  readonly news = new News();
  readonly #folders: () => Promise<readonly string[]>;
  readonly #watched = new Map<string, Watched>();
  #users = 0;
  #ready: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #missing = false;

  /** `folders` says which are to be watched; it is asked again and again, for they come and go. */
  constructor(folders: () => Promise<readonly string[]>) {
    this.#folders = folders;
  }

  /** Seconds between two looks where the system does not tell of changes; undefined where it does. */
  get polling(): number | undefined {
    return this.#missing ? often / 1_000 : undefined;
  }

  /** Watches until the result is disposed. Resolves when changes from then on are told. */
  async use(): Promise<Disposable> {
    this.#users++;
    if (this.#users === 1) this.#ready = this.#look();
    await this.#ready;
    let used = true;
    return {
      [Symbol.dispose]: () => {
        if (!used) return;
        used = false;
        this.#users--;
        if (this.#users === 0) this.#rest();
      },
    };
  }

  [Symbol.dispose](): void {
    this.#users = 0;
    this.#rest();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const folders = await this.#folders();
    const inodes = await Promise.all(folders.map(inodeOf));
    if (this.#users === 0) return;
    this.#missing = folders.length === 0;
    for (const [folder, { watcher, inode }] of this.#watched) {
      if (inodes[folders.indexOf(folder)] === inode) continue;
      watcher.close();
      this.#watched.delete(folder);
    }
    for (const [index, folder] of folders.entries()) this.#watch(folder, inodes[index]);
    this.#timer = setTimeout(
      () => {
        this.news.tell();
        void this.#look();
      },
      this.#missing ? often : seldom,
    );
  }

  #watch(folder: string, inode: number | undefined): void {
    if (this.#watched.has(folder)) return;
    if (inode === undefined) this.#missing = true;
    else
      try {
        const watcher = watch(folder, () => {
          this.news.tell();
        });
        watcher.on('error', () => {
          watcher.close();
          this.#watched.delete(folder);
        });
        this.#watched.set(folder, { watcher, inode });
      } catch (error) {
        // Too many watches, or a drive that has none: then we look.
        if (!(error instanceof Error && 'code' in error)) throw error;
        this.#missing = true;
      }
  }

  #rest(): void {
    clearTimeout(this.#timer);
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }
}

async function inodeOf(folder: string): Promise<number | undefined> {
  return stat(folder).then(
    ({ ino }) => ino,
    () => undefined,
  );
}
