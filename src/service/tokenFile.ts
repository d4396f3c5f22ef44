import { readFile, stat } from 'node:fs/promises';
import { LogError } from '../model/errors.ts';
import { readTokenEntries } from './tokenEntries.ts';
import { Tokens } from './tokens.ts';

export interface TokenFileOptions {
  /** How often it is looked whether the file has changed, in milliseconds. */
  readonly every?: number;
  /** Is told that the file cannot be used; what it said before stays valid then. */
  readonly notify?: (error: LogError) => void;
}

/** The tokens of a file, read again when it changes: a token that is taken out of it is valid no longer. */
export class TokenFile implements Disposable {
  readonly tokens: Tokens;
  readonly #path: string;
  readonly #notify: (error: LogError) => void;
  readonly #timer: NodeJS.Timeout;
  /** How the file was when it was read, and when it was looked at. */
  #read: string;
  #seen: string;
  #looking = false;

  private constructor(path: string, seen: string, tokens: Tokens, { every = 1_000, notify }: TokenFileOptions) {
    this.tokens = tokens;
    this.#path = path;
    this.#read = seen;
    this.#seen = seen;
    this.#notify = notify ?? (() => undefined);
    this.#timer = setInterval(() => void this.#look(), every).unref();
  }

  /** Throws invalidRequest when there is no such file, or when it cannot be understood. */
  static async open(path: string, options: TokenFileOptions = {}): Promise<TokenFile> {
    const seen = await stateOf(path);
    return new TokenFile(path, seen, new Tokens(readTokenEntries(await textOf(path))), options);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const state = await stateOf(this.#path);
      // Who is still writing it is waited for: an empty file would take every token back.
      const settled = state === this.#seen;
      this.#seen = state;
      if (!settled || state === this.#read) return;
      const text = state === gone ? '' : await textOf(this.#path);
      // What cannot be understood is told once; what could not be read is tried again.
      this.#read = state;
      this.tokens.replace(readTokenEntries(text));
    } catch (error) {
      this.#notify(LogError.from(error));
    } finally {
      this.#looking = false;
    }
  }
}

const gone = 'gone';

async function stateOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return gone;
    throw LogError.from(error, 'unavailable');
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const words = `The file of tokens ${path} cannot be read. Check --tokens.`;
    throw new LogError('invalidRequest', words, { cause: error });
  }
}
