import type { RunState } from './readState.ts';
import type { Run } from './toldOf.ts';

/** The runs that wrote one file, one after another, as far as they have been seen here. */
export class Runs {
  readonly #base: string;
  #runs: readonly Run[] = [];
  #given = 0;

  constructor(base: string) {
    this.#base = base;
  }

  /** In the order in which they were seen; the last one may go on. */
  get all(): readonly Run[] {
    return this.#runs;
  }

  /** The file says this now. */
  read(state: RunState, now: number): void {
    const last = this.#runs.at(-1);
    if (last?.goneAt === undefined && last && goesOn(last.state, state)) {
      this.#runs = [...this.#runs.slice(0, -1), { ...last, state }];
      return;
    }
    this.gone(now);
    this.#runs = [...this.#runs, { id: this.#newId(state), state }].slice(-mostRuns);
  }

  /** There is no such file any longer. */
  gone(now: number): void {
    const last = this.#runs.at(-1);
    if (!last || last.goneAt !== undefined) return;
    this.#runs = [...this.#runs.slice(0, -1), { ...last, goneAt: now }];
  }

  /** A run that was taken up again is another one: what has ended stays as it was. */
  #newId({ resumed }: RunState): string {
    const id = resumed > 0 ? `${this.#base}@${resumed}` : this.#base;
    if (!this.#runs.some((run) => run.id === id) && this.#given === 0) return id;
    this.#given++;
    return `${id}#${this.#given + 1}`;
  }
}

/** So many runs of one file are remembered. */
const mostRuns = 20;

/** Whether both states are of one run: it loses no step that has begun. */
function goesOn(before: RunState, now: RunState): boolean {
  if (before.resumed !== now.resumed) return false;
  const begun = before.nodes.filter(({ startedAt }) => startedAt !== undefined);
  if (begun.length === 0) return true;
  const started = new Map(now.nodes.map(({ id, startedAt }) => [id, startedAt]));
  return begun.some(({ id, startedAt }) => started.get(id) === startedAt);
}
