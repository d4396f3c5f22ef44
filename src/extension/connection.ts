import { isBuiltin } from 'node:module';
import { redactUrl } from '../base/connectionUrl.ts';
import { LogError } from '../model/errors.ts';
import type { Opened } from '../sources/open.ts';

/** A place that holds executions. */
export interface Connection {
  /** Names the connection in settings, addresses and node ids. */
  readonly name: string;
  /** What the user sees. */
  readonly label: string;
  /** The same source for everybody. */
  open(): Promise<Opened>;
}

/** A connection that is opened when somebody first looks. */
export class LazyConnection implements Connection {
  readonly name: string;
  readonly label: string;
  readonly url: string;
  readonly #log: ConnectionLog;
  /** Tells the user what is worth knowing though nothing failed. */
  readonly #notify: (words: string) => void;
  #opened: Promise<Opened> | undefined;
  #closed = false;

  constructor(spec: ConnectionSpec, log: ConnectionLog, notify: (words: string) => void) {
    this.name = spec.name;
    this.label = spec.label ?? spec.name;
    this.url = spec.url;
    this.#log = log;
    this.#notify = notify;
  }

  /** A failure is not remembered, so the next call tries again. */
  open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(new LogError('closed', `The connection “${this.label}” was closed.`));
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  close(): void {
    this.#closed = true;
    this.#opened
      ?.then((opened) => opened[Symbol.asyncDispose]())
      .catch((error: unknown) => this.#log.warn(`${this.name}: closing failed: ${String(error)}`));
  }

  async #open(): Promise<Opened> {
    const begun = performance.now();
    try {
      if (this.url.startsWith('sqlite:') && !isBuiltin('node:sqlite')) throw missingSqlite();
      const { openSource } = await import('../sources/open.ts');
      const opened = await openSource(this.url, { notify: this.#notify });
      this.#log.info(`${this.name}: opened ${redactUrl(this.url)} in ${Math.round(performance.now() - begun)} ms`);
      return opened;
    } catch (error) {
      const known = isMissingSqlite(error) ? missingSqlite() : LogError.from(error, 'unavailable');
      this.#log.error(`${this.name}: cannot open ${redactUrl(this.url)}: ${known.code}: ${known.message}`);
      throw known;
    }
  }
}

export interface ConnectionSpec {
  readonly name: string;
  /** What the user sees; the name when absent. */
  readonly label?: string;
  readonly url: string;
}

/** What connections do, for the output channel. */
export interface ConnectionLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

function isMissingSqlite(error: unknown): boolean {
  return error instanceof Error && /node:sqlite|binding: sqlite/.test(error.message) && !(error instanceof LogError);
}

function missingSqlite(): LogError {
  const message =
    `This editor's Node.js ${process.versions.node} has no SQLite, which keeps the recorded executions. ` +
    'Update VS Code (1.101 or newer) and reload the window.';
  return new LogError('unavailable', message);
}
