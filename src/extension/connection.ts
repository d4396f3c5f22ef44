import { isBuiltin } from 'node:module';
import { redactUrl } from '../base/connectionUrl.ts';
import { LogError } from '../model/errors.ts';
import type { Opened } from '../sources/open.ts';
import { openReaching, type Reach } from './connect/reach.ts';
import { isRemote, type ConnectionSpec } from './connect/spec.ts';

/** A place that holds executions. */
export interface Connection {
  /** Names the connection in settings, addresses and node ids. */
  readonly name: string;
  /** What the user sees. */
  readonly label: string;
  /** This machine's own store, another file, or a system over a network. */
  readonly kind: 'own' | 'file' | 'remote';
  /** Where it is, fit to be shown. */
  readonly place: string;
  /** False while nothing may be asked of it: what is remote is asked only after the user has connected it. */
  readonly connected: boolean;
  /** The same source for everybody. Rejects while it is not connected. */
  open(): Promise<Opened>;
}

/** A connection that is opened when somebody first looks. */
export class LazyConnection implements Connection {
  readonly spec: ConnectionSpec;
  readonly #log: ConnectionLog;
  readonly #reach: Reach;
  #connected: boolean;
  #opened: Promise<Opened> | undefined;
  #closed = false;

  constructor(spec: ConnectionSpec, log: ConnectionLog, reach: Reach) {
    this.spec = spec;
    this.#log = log;
    this.#reach = reach;
    this.#connected = spec.automatic === true || !isRemote(spec);
  }

  get name(): string {
    return this.spec.name;
  }

  get label(): string {
    return this.spec.label ?? this.spec.name;
  }

  get kind(): Connection['kind'] {
    if (this.spec.level === 'own') return 'own';
    return isRemote(this.spec) ? 'remote' : 'file';
  }

  get place(): string {
    return redactUrl(this.spec.url);
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Lets it be asked; what was open before is opened anew. */
  connect(): void {
    this.#release();
    this.#connected = true;
  }

  disconnect(): void {
    this.#connected = false;
    this.#release();
  }

  /** A failure is not remembered, so the next call tries again. */
  open(): Promise<Opened> {
    const { t } = this.#reach;
    if (this.#closed) return Promise.reject(new LogError('closed', `The connection “${this.label}” was closed.`));
    if (!this.#connected) return Promise.reject(new LogError('unavailable', t('“{0}” is not connected.', this.label)));
    if (this.#opened) return this.#opened;
    const opening = this.#open().catch((error: unknown) => {
      if (this.#opened === opening) this.#opened = undefined;
      throw error;
    });
    this.#opened = opening;
    return opening;
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  #release(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    // What could not be opened need not be closed.
    opened
      ?.then(
        (open) => open[Symbol.asyncDispose](),
        () => undefined,
      )
      .catch((error: unknown) => this.#log.warn(`${this.name}: closing failed: ${String(error)}`));
  }

  async #open(): Promise<Opened> {
    const begun = performance.now();
    const { url } = this.spec;
    try {
      if (url.startsWith('sqlite:') && !isBuiltin('node:sqlite')) throw missingSqlite();
      const opened = await openReaching(this.spec, this.#reach);
      this.#log.info(`${this.name}: opened ${redactUrl(url)} in ${Math.round(performance.now() - begun)} ms`);
      return opened;
    } catch (error) {
      const known = isMissingSqlite(error) ? missingSqlite() : LogError.from(error, 'unavailable');
      this.#log.error(`${this.name}: cannot open ${redactUrl(url)}: ${known.code}: ${known.message}`);
      throw known;
    }
  }
}

/** What connections do, for the output channel. */
export interface ConnectionLog {
  debug(message: string): void;
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
