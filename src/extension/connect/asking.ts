/** One of several things to choose. */
export interface Choice<T> {
  readonly label: string;
  readonly detail?: string;
  readonly value: T;
}

interface Question {
  readonly title: string;
  /** There was a question before this one. */
  readonly canGoBack: boolean;
}

export interface PickQuestion<T> extends Question {
  readonly prompt: string;
  readonly choices: readonly Choice<T>[];
}

export interface InputQuestion extends Question {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value?: string;
  /** Typed hidden. */
  readonly secret?: boolean;
  /** Why this is no answer; undefined when it is one. */
  readonly check: (typed: string) => string | undefined;
}

/** What the user said; `back` to be asked the question before again; undefined when they went away. */
export type Answer<T> = { readonly answer: T } | 'back' | undefined;

/** Who asks the user. */
export interface Asking {
  pick<T>(question: PickQuestion<T>): Promise<Answer<T>>;
  input(question: InputQuestion): Promise<Answer<string>>;
  /** A file that is there. */
  file(title: string): Promise<string | undefined>;
  /** A folder that is there. */
  folder(title: string): Promise<string | undefined>;
}
