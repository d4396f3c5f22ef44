/** Turns an English sentence with `{0}` places into the editor's language; the English text is the key. */
export type Translate = (message: string, ...values: (string | number)[]) => string;

/** What is needed to say something to the user. */
export interface Words {
  readonly t: Translate;
  /** BCP 47 tag, for numbers and times. */
  readonly language: string;
}
