export interface Disposes {
  dispose(): void;
}

/** A list of things to end together, last first. What is added after the end is ended at once. */
export class Disposables implements Disposes {
  #ended = false;
  #items: Disposes[] = [];

  get ended(): boolean {
    return this.#ended;
  }

  add<T extends Disposes>(item: T): T {
    if (this.#ended) item.dispose();
    else this.#items.push(item);
    return item;
  }

  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    const items = this.#items.reverse();
    this.#items = [];
    for (const item of items) item.dispose();
  }
}
