import { StandardOutput } from './standardOutput.ts';

/**
 * Writes a service's log to stderr, some lines at a time and without waiting for its reader: one who does not read
 * loses lines, and is told how many.
 */
export class LogLines {
  readonly #out = new StandardOutput();
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #full = false;
  #lost = 0;

  write(line: string): void {
    if (this.#full) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length === 1) setImmediate(() => this.#flush());
  }

  /** Resolves when all is written, or cannot be. */
  async end(): Promise<void> {
    this.#flush();
    await this.#out.end();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const bytes = this.#encoder.encode(this.#waiting.join(''));
    this.#waiting = [];
    const room = this.#out.write(2, bytes);
    if (!room) return;
    this.#full = true;
    void room.then(() => {
      this.#full = false;
      const lost = this.#lost;
      this.#lost = 0;
      if (lost > 0) this.write(`${JSON.stringify({ level: 'warn', event: 'log lines were lost', lost })}\n`);
    });
  }
}
