import type { Change } from '../model/source.ts';

/** Changes a watcher has not been told yet; those of one thing become one. */
export class Changes {
  readonly #changes = new Map<string, Change>();

  get size(): number {
    return this.#changes.size;
  }

  add(change: Change): void {
    const key = JSON.stringify([change.execution, change.step, change.host]);
    this.#changes.delete(key);
    this.#changes.set(key, change);
  }

  take(): Change | undefined {
    const first = this.#changes.entries().next().value;
    if (!first) return undefined;
    this.#changes.delete(first[0]);
    return first[1];
  }
}

/** Whether a watcher of `query` wants to know: what befalls an execution befalls its steps. */
export function concerns(change: Change, query: { readonly execution?: string; readonly step?: string }): boolean {
  if (query.execution !== undefined && change.execution !== query.execution) return false;
  return query.step === undefined || change.step === undefined || change.step === query.step;
}
