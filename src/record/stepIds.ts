/** Gives steps ids that can be read and typed, made of their names, each once. */
export class StepIds {
  readonly #given = new Set<string>();

  idFor(name: string): string {
    const base =
      name
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '-')
        .replace(/^-+|-+$/g, '') || 'step';
    let id = base;
    for (let n = 2; this.#given.has(id); n++) id = `${base}-${n}`;
    this.#given.add(id);
    return id;
  }
}
