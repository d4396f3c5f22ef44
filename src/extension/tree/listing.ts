import { LogError } from '../../model/errors.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string | undefined;
  /** What is missing from it, in words. */
  readonly notice?: string | undefined;
}

/** Where a branch's children come from and what they become. */
export interface Listed<Item, Node> {
  fetch(request: { readonly cursor?: string; readonly limit: number }): Promise<Page<Item>>;
  /** How many are asked for at once. */
  readonly pageSize: number;
  key(item: Item): string;
  itemOf(node: Node): Item;
  create(item: Item): Node;
  /** Gives the node news of what it stands for. */
  update(node: Node, item: Item): void;
  /** Asks after one that was found by itself; undefined when it is gone. Without this, such a one stays until the next reload. */
  again?(item: Item): Promise<Item | undefined>;
  /** False while one that was found by itself is not wanted. */
  fits?(item: Item): boolean;
}

/** So many that were found by themselves are kept. */
const mostFound = 20;

/** The children of one branch, fetched once and by pages; nodes keep their identity across reloads. */
export class Listing<Item, Node> {
  readonly #listed: Listed<Item, Node>;
  #nodes: Node[] = [];
  /** Those that no page has brought. */
  #found: readonly Node[] = [];
  #next: string | undefined;
  #error: LogError | undefined;
  #notice: string | undefined;
  #state: 'new' | 'loaded' | 'stale' = 'new';
  /** One at a time: two reloads at once would show the older answer last. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(listed: Listed<Item, Node>) {
    this.#listed = listed;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get loaded(): boolean {
    return this.#state !== 'new';
  }

  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  /** Why the last request failed; what was there before stays. */
  get error(): LogError | undefined {
    return this.#error;
  }

  /** What the last answer said is missing. */
  get notice(): string | undefined {
    return this.#notice;
  }

  find(key: string): Node | undefined {
    return this.#nodes.find((node) => this.#listed.key(this.#listed.itemOf(node)) === key);
  }

  /** Fetches the first page when nothing was fetched yet, or all that is shown when it is stale. */
  async load(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#state !== 'loaded') await this.#fetchShown();
    });
  }

  /** What is shown is out of date; the next `load` asks again. */
  expire(): void {
    if (this.#state === 'loaded') this.#state = 'stale';
  }

  async more(): Promise<void> {
    await this.#inTurn(async () => {
      const cursor = this.#next;
      if (cursor === undefined) return;
      const page = await this.#ask({ cursor, limit: this.#listed.pageSize });
      if (!page) return;
      const added = this.#nodesFor(page.items).filter((node) => !this.#nodes.includes(node));
      this.#nodes = [...this.#nodes, ...added];
      this.#next = page.next;
    });
  }

  /** Asks again for all that is shown; true when nodes came, went or moved. */
  async reload(): Promise<boolean> {
    return this.#inTurn(() => this.#fetchShown());
  }

  /** Takes what another call has brought along; true when nodes came, went or moved. */
  replace(items: readonly Item[]): boolean {
    this.#state = 'loaded';
    this.#error = undefined;
    return this.#show(items);
  }

  /** Adds one found otherwise, at the end; not every source lists all it has, or any. */
  add(item: Item): Node {
    const [node] = this.#nodesFor([item]);
    if (!node) throw new LogError('internal', 'nothing to add');
    if (!this.#nodes.includes(node)) {
      this.#nodes = [...this.#nodes, node];
      this.#found = [...this.#found, node].slice(-mostFound);
    }
    return node;
  }

  /** True when it was there. */
  remove(key: string): boolean {
    const node = this.find(key);
    this.#nodes = this.#nodes.filter((other) => other !== node);
    this.#found = this.#found.filter((other) => other !== node);
    return node !== undefined;
  }

  async #fetchShown(): Promise<boolean> {
    const { hasMore, error, notice } = this;
    const page = await this.#ask({ limit: Math.max(this.#listed.pageSize, this.#nodes.length) });
    if (!page) return true;
    this.#next = page.next;
    const moved = this.#show([...page.items, ...(await this.#findAgain(page.items))]);
    return moved || hasMore !== this.hasMore || notice !== this.#notice || error !== undefined;
  }

  /** What was found by itself, as it is now, unless a page has it. */
  async #findAgain(listed: readonly Item[]): Promise<Item[]> {
    const keys = new Set(listed.map((item) => this.#listed.key(item)));
    const kept: Node[] = [];
    const shown: Item[] = [];
    for (const node of this.#listed.again ? this.#found : []) {
      const before = this.#listed.itemOf(node);
      if (keys.has(this.#listed.key(before))) continue;
      // What cannot be asked after now stays as it was.
      const item = await this.#listed.again?.(before).catch(() => before);
      if (item === undefined) continue;
      kept.push(node);
      if (this.#listed.fits?.(item) ?? true) shown.push(item);
    }
    this.#found = kept;
    return shown;
  }

  async #ask(request: { cursor?: string; limit: number }): Promise<Page<Item> | undefined> {
    try {
      const page = await this.#listed.fetch(request);
      this.#error = undefined;
      this.#notice = page.notice;
      return page;
    } catch (error) {
      this.#error = LogError.from(error);
      return undefined;
    } finally {
      this.#state = 'loaded';
    }
  }

  #show(items: readonly Item[]): boolean {
    const before = this.#nodes;
    this.#nodes = this.#nodesFor(items);
    return before.length !== this.#nodes.length || before.some((node, index) => node !== this.#nodes[index]);
  }

  #nodesFor(items: readonly Item[]): Node[] {
    const known = new Map(
      [...this.#found, ...this.#nodes].map((node) => [this.#listed.key(this.#listed.itemOf(node)), node]),
    );
    return items.map((item) => {
      const node = known.get(this.#listed.key(item));
      if (node === undefined) return this.#listed.create(item);
      this.#listed.update(node, item);
      return node;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#busy.then(work);
    this.#busy = turn.catch(() => undefined);
    return turn;
  }
}
