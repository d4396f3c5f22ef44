import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LogError } from '../../model/errors.ts';
import type { Pipeline } from '../pipeline/model.ts';
import { readPipeline } from '../pipeline/readPipeline.ts';

/** What a file of a folder of pipelines came to. */
export interface JobFile {
  /** The file's name without `.yaml`. */
  readonly id: string;
  /** Absent when it cannot be used. */
  readonly pipeline?: Pipeline;
  /** Why it cannot. */
  readonly problem?: string;
}

/** No pipeline is larger, in bytes. */
const largestFile = 1_048_576;
/** Files that are looked at. */
const mostFiles = 1_000;

/** A folder in which each `*.yaml` is a job. Files are read again when they have changed, whenever it is asked. */
export class JobFolder {
  readonly path: string;
  #seen: ReadonlyMap<string, { readonly state: string; readonly file: JobFile }> = new Map();
  #reading: Promise<readonly JobFile[]> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** By id. A file that is damaged says so, and harms no other. Throws unavailable when there is no such folder. */
  files(): Promise<readonly JobFile[]> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<readonly JobFile[]> {
    const names = (await this.#names()).slice(0, mostFiles);
    const read = await Promise.all(names.map(async (name) => [name, await this.#readFile(name)] as const));
    const seen = new Map(read.flatMap(([name, found]) => (found ? [[name, found] as const] : [])));
    this.#seen = seen;
    const files = new Map<string, JobFile>();
    for (const { file } of seen.values()) files.set(file.id, files.has(file.id) ? ambiguous(file.id) : file);
    return [...files.values()];
  }

  async #names(): Promise<string[]> {
    try {
      const names = await readdir(this.path);
      return names.filter((name) => /^[^.].*\.ya?ml$/i.test(name)).toSorted();
    } catch (error) {
      const words = `The folder of pipelines ${this.path} cannot be read. Check --pipelines.`;
      throw new LogError('unavailable', words, { cause: error });
    }
  }

  async #readFile(name: string): Promise<{ readonly state: string; readonly file: JobFile } | undefined> {
    const id = name.replace(/\.ya?ml$/i, '');
    try {
      const path = join(this.path, name);
      const found = await stat(path);
      if (!found.isFile()) return undefined;
      const state = `${found.ino} ${found.size} ${found.mtimeMs}`;
      const before = this.#seen.get(name);
      if (before?.state === state) return before;
      if (found.size > largestFile) return { state, file: { id, problem: `${name} is larger than a pipeline may be` } };
      return { state, file: understood(id, name, await readFile(path, 'utf8')) };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      // It may be read the next time.
      return { state: '', file: { id, problem: `${name} cannot be read` } };
    }
  }
}

function understood(id: string, name: string, text: string): JobFile {
  try {
    return { id, pipeline: readPipeline(name, text) };
  } catch (error) {
    return { id, problem: LogError.from(error).message };
  }
}

function ambiguous(id: string): JobFile {
  return { id, problem: `there are several files ${id} with .yaml or .yml; keep one of them` };
}
