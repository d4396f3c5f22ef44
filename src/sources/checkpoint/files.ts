import { LogError } from '../../model/errors.ts';
import { findFiles, readText, signatureOf, type FoundFile } from './folder.ts';
import { readState } from './readState.ts';
import { Runs } from './runs.ts';
import type { Run } from './toldOf.ts';
import { sentence } from '../../text/sentence.ts';

interface KnownFile {
  readonly file: FoundFile;
  readonly runs: Runs;
  /** Of what was read last. */
  signature?: string | undefined;
  /** Why what is there now cannot be read. */
  fault?: LogError | undefined;
}

/** The files of a folder with what they say now and, once seen, what they said last before they went. */
export class CheckpointFiles {
  readonly #folder: string;
  readonly #known = new Map<string, KnownFile>();
  #looking: Promise<readonly string[]> | undefined;
  readonly #reading = new Map<KnownFile, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get runs(): readonly Run[] {
    return [...this.#known.values()].flatMap(({ runs }) => runs.all);
  }

  /** Reads what is new in the whole folder; resolves with words on what could not be read. */
  look(): Promise<readonly string[]> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** A run as its file says now. Throws notFound, or unavailable when nothing of it could be read yet. */
  async run(id: string): Promise<Run> {
    const holding = this.#holding(id);
    await (holding ? this.#read(holding) : this.look());
    return this.known(id);
  }

  /** A run as its file said when it was read last. Throws as `run`. */
  known(id: string): Run {
    const run = this.#holding(id)?.runs.all.find((one) => one.id === id);
    if (run) return run;
    throw this.#known.get(id)?.fault ?? new LogError('notFound', `There is no execution "${id}".`);
  }

  #holding(id: string): KnownFile | undefined {
    return [...this.#known.values()].find(({ runs }) => runs.all.some((run) => run.id === id));
  }

  async #look(): Promise<readonly string[]> {
    const { files, notices } = await findFiles(this.#folder);
    for (const file of files)
      if (!this.#known.has(file.id)) this.#known.set(file.id, { file, runs: new Runs(file.id) });
    for (const known of this.#known.values()) await this.#read(known);
    const faults = [...this.#known.values()].flatMap(({ fault }) => (fault ? [fault.message] : []));
    const [first] = faults;
    const more = faults.length > 1 ? ` So it is with ${faults.length - 1} more.` : '';
    return first === undefined ? notices : [...notices, `${first}${more}`];
  }

  #read(known: KnownFile): Promise<void> {
    const reading =
      this.#reading.get(known) ??
      this.#readNow(known).finally(() => {
        this.#reading.delete(known);
      });
    this.#reading.set(known, reading);
    return reading;
  }

  async #readNow(known: KnownFile): Promise<void> {
    const { file, runs } = known;
    try {
      const signature = await signatureOf(this.#folder, file.path);
      if (signature === undefined) runs.gone(Date.now());
      else if (signature !== known.signature) {
        const state = readState(await readText(file.path));
        if (state) runs.read(state, Date.now());
      }
      known.signature = signature;
      known.fault = undefined;
    } catch (error) {
      // Half of it is there, or it is another thing for a moment: the next look reads it again.
      known.fault = faultOf(file, error);
    }
  }
}

function faultOf({ id }: FoundFile, error: unknown): LogError {
  if (error instanceof LogError) return error;
  return new LogError('unavailable', `${id} is not whole: ${sentence(LogError.from(error).message)}`);
}
