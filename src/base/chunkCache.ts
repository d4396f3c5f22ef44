import type { LineColumns } from '../model/line.ts';

/** Text kept decoded: some hundred pages, so that paging back and forth and many tails of one log read it once. */
const mostBytes = 16 * 1_048_576;

/** Chunks read lately, by host and first line: what these name never changes, so what is here is never wrong. */
export class ChunkCache {
  readonly #chunks = new Map<string, LineColumns>();
  #bytes = 0;

  get(name: string): LineColumns | undefined {
    const lines = this.#chunks.get(name);
    if (!lines) return undefined;
    this.#chunks.delete(name);
    this.#chunks.set(name, lines);
    return lines;
  }

  add(name: string, lines: LineColumns): void {
    this.#chunks.set(name, lines);
    this.#bytes += sizeOf(lines);
    for (const [oldest, old] of this.#chunks) {
      if (this.#bytes <= mostBytes) return;
      this.#chunks.delete(oldest);
      this.#bytes -= sizeOf(old);
    }
  }
}

function sizeOf({ text, count }: LineColumns): number {
  return text.length + 16 * count;
}
