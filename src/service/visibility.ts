import { LogError } from '../model/errors.ts';
import type { ExecutionSummary } from '../model/execution.ts';
import type { LogSource } from '../model/source.ts';
import type { Grant } from './tokens.ts';

/** How many executions are remembered as seen by their name or user; neither changes. */
const remembered = 10_000;

/** Whether the bearer of a token may see an execution. What is not there is refused as what may not be seen is. */
export class Visibility {
  /** Whether every execution may be seen. */
  readonly everything: boolean;
  readonly #source: LogSource;
  readonly #grant: Grant;
  readonly #seen = new Set<string>();

  constructor(source: LogSource, grant: Grant) {
    this.#source = source;
    this.#grant = grant;
    this.everything = grant.seesAll;
  }

  get ended(): AbortSignal {
    return this.#grant.ended;
  }

  sees(execution: ExecutionSummary): boolean {
    return this.#grant.sees(execution);
  }

  /** Throws unauthorized when the token was taken back. */
  checkValid(): void {
    this.#grant.ended.throwIfAborted();
  }

  /** Throws forbidden, the same whether there is such an execution or not. */
  async check(execution: string): Promise<void> {
    this.checkValid();
    if (this.#knows(execution)) return;
    const found = await this.#find(execution);
    if (!found || !this.#grant.sees(found)) throw refused();
    this.#remember(execution);
  }

  /**
   * Whether the execution may be seen for certain; otherwise it may come to be there with a name or user that may.
   * Throws forbidden when neither is so.
   */
  async checkWritable(execution: string): Promise<boolean> {
    this.checkValid();
    if (this.#knows(execution)) return true;
    const found = await this.#find(execution);
    if (found ? !this.#grant.sees(found) : !this.#grant.wantsDetails) throw refused();
    return found !== undefined;
  }

  /** Throws forbidden unless an execution may be made so. */
  async checkNew(about: { readonly execution: string; readonly name: string; readonly user?: string }): Promise<void> {
    await this.checkWritable(about.execution);
    if (!this.#grant.sees({ ...about, id: about.execution })) throw refused();
  }

  #knows(execution: string): boolean {
    return this.#grant.seesId(execution) || this.#seen.has(execution);
  }

  async #find(execution: string): Promise<ExecutionSummary | undefined> {
    if (!this.#grant.wantsDetails) return undefined;
    try {
      return await this.#source.getExecution({ execution });
    } catch (error) {
      if (error instanceof LogError && (error.code === 'notFound' || error.code === 'invalidRequest')) return undefined;
      throw error;
    }
  }

  #remember(execution: string): void {
    if (this.#seen.size >= remembered) this.#seen.clear();
    this.#seen.add(execution);
  }
}

export function refused(): LogError {
  return new LogError('forbidden', 'This token may not do that, or there is nothing here.');
}
