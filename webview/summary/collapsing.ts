import { delay } from '../../src/base/abort.ts';
import type { Disposes } from '../../src/base/disposables.ts';
import type { ViewSettings } from '../../src/bridge/logHost.ts';
import { LogError } from '../../src/model/errors.ts';
import { isJobKind } from '../../src/model/kind.ts';
import type { Details } from '../details.ts';
import type { LogSession } from '../logSession.ts';
import { isWholeRun } from '../wholeRun.ts';
import { summarise, type Counted } from './summarise.ts';

export interface CollapsingParts {
  readonly session: LogSession;
  readonly details: Details;
  when(): ViewSettings['collapseWhenFinished'];
  /** The user reads, selects or seeks: nothing may be taken away from under them. */
  isBusy(): boolean;
  changed(): void;
}

/** Long enough to see the last line. */
const settle = 1_500;

/** Whether a log is shown, or only what came of it. */
export class Collapsing implements Disposes {
  readonly #parts: CollapsingParts;
  readonly #ended = new AbortController();
  #waiting: AbortController | undefined;
  #isCollapsed = false;
  /** What the user said counts more than what is set. */
  #isDecided = false;
  #counted: Counted | undefined;
  #problem: LogError | undefined;

  constructor(parts: CollapsingParts) {
    this.#parts = parts;
  }

  get isCollapsed(): boolean {
    return this.#isCollapsed;
  }

  /** Undefined while it is counted. */
  get counted(): Counted | undefined {
    return this.#counted;
  }

  /** Why it could not be counted. */
  get problem(): LogError | undefined {
    return this.#problem;
  }

  /** To be kept for after a reload; undefined when neither user nor setting has collapsed or expanded it. */
  get kept(): boolean | undefined {
    return this.#isDecided || this.#isCollapsed ? this.#isCollapsed : undefined;
  }

  /** What was followed has ended: after a while it collapses, unless somebody is busy with it. */
  async finish(): Promise<void> {
    if (this.#isDecided || this.#waiting) return;
    const waiting = (this.#waiting = new AbortController());
    try {
      await delay(settle, AbortSignal.any([this.#ended.signal, waiting.signal]));
      // How it ended is told apart from its lines.
      if (this.#applies() || (await this.#refreshed())) if (!this.#parts.isBusy()) this.#become(true);
    } catch {
      // Left, or not to be had: then it stays as it is.
    } finally {
      this.#waiting = undefined;
    }
  }

  /** The user, or what was kept of the view, wants it so. */
  set(isCollapsed: boolean): void {
    this.#isDecided = true;
    this.#waiting?.abort();
    this.#become(isCollapsed);
  }

  /** It goes on after all. */
  resume(): void {
    this.#isDecided = false;
    this.#waiting?.abort();
    this.#become(false);
  }

  dispose(): void {
    this.#ended.abort();
  }

  #applies(): boolean {
    const when = this.#parts.when();
    const { execution } = this.#parts.details.known;
    if (when !== 'jobs') return when === 'always';
    return isJobKind(execution?.kind) && isWholeRun(this.#parts.session.address.scope, execution);
  }

  async #refreshed(): Promise<boolean> {
    if (this.#parts.when() === 'never' || this.#parts.details.known.execution) return false;
    await this.#parts.details.refresh();
    return this.#applies();
  }

  #become(isCollapsed: boolean): void {
    if (this.#isCollapsed === isCollapsed || this.#ended.signal.aborted) return;
    this.#isCollapsed = isCollapsed;
    if (isCollapsed && !this.#counted) void this.#count();
    this.#parts.changed();
  }

  async #count(): Promise<void> {
    const { session, details } = this.#parts;
    try {
      const { signal } = this.#ended;
      this.#problem = undefined;
      // Counts of the host are final once it has ended.
      await details.refresh();
      this.#counted = await summarise(session.read.bind(session), details.known.host, { signal });
    } catch (error) {
      this.#problem = LogError.from(error);
    }
    this.#parts.changed();
  }
}
