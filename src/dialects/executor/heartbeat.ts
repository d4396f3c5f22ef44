/** How often a writer says that it is there, in milliseconds. */
const interval = 2_000;

/** Tells a service again and again that the writer of executions is still there. */
export class Heartbeat {
  readonly #beat: (execution: string) => Promise<unknown>;
  readonly #open = new Set<string>();
  readonly #underWay = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(beat: (execution: string) => Promise<unknown>) {
    this.#beat = beat;
  }

  begin(execution: string): void {
    this.#open.add(execution);
    this.#timer ??= setInterval(() => {
      for (const one of this.#open) void this.#once(one);
    }, interval);
  }

  end(execution: string): void {
    this.#open.delete(execution);
    if (this.#open.size === 0) this.dispose();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One that fails is not missed: the next follows, and lines say the same. */
  async #once(execution: string): Promise<void> {
    if (this.#underWay.has(execution)) return;
    this.#underWay.add(execution);
    await this.#beat(execution).catch(() => undefined);
    this.#underWay.delete(execution);
  }
}
