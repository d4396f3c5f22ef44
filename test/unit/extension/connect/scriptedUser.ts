import type { Answer, Asking, InputQuestion, PickQuestion } from '../../../../src/extension/connect/asking.ts';

/** A user who answers in turn: with a choice's label, with typed text, by going back, or by leaving. */
export class ScriptedUser implements Asking {
  /** What was asked, in order. */
  readonly asked: string[] = [];
  readonly #answers: (string | { readonly back: true } | { readonly leave: true })[];

  constructor(answers: ScriptedUser['answers']) {
    this.#answers = [...answers];
  }

  get answers(): readonly (string | { readonly back: true } | { readonly leave: true })[] {
    return this.#answers;
  }

  async pick<T>({ prompt, choices, canGoBack }: PickQuestion<T>): Promise<Answer<T>> {
    const said = this.#next(prompt, canGoBack);
    if (typeof said !== 'string') return said.back ? 'back' : undefined;
    const choice = choices.find(({ label }) => label.includes(said));
    if (!choice) throw new Error(`no “${said}” among ${choices.map(({ label }) => label).join(', ')}`);
    return { answer: choice.value };
  }

  /** Types until it is an answer, as an input box makes people do. */
  async input({ prompt, canGoBack, check, value }: InputQuestion): Promise<Answer<string>> {
    const said = this.#next(prompt, canGoBack);
    if (typeof said !== 'string') return said.back ? 'back' : undefined;
    const typed = said === '⏎' ? (value ?? '') : said;
    const problem = check(typed);
    if (problem === undefined) return { answer: typed };
    this.asked.push(`! ${problem}`);
    return this.input({ title: '', prompt, canGoBack, check, ...(value !== undefined && { value }) });
  }

  async file(title: string): Promise<string | undefined> {
    const said = this.#next(title, true);
    return typeof said === 'string' ? said : undefined;
  }

  folder(title: string): Promise<string | undefined> {
    return this.file(title);
  }

  #next(prompt: string, canGoBack: boolean): string | { back: boolean } {
    this.asked.push(prompt);
    const next = this.#answers.shift();
    if (next === undefined) throw new Error(`nothing to answer to: ${this.asked.join(' / ')}`);
    if (typeof next === 'string') return next;
    if ('back' in next && !canGoBack) throw new Error(`there is no way back from: ${prompt}`);
    return { back: 'back' in next };
  }
}

export const back = { back: true } as const;
export const leave = { leave: true } as const;
