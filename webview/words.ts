/** Says an English sentence in the editor's language; `{0}`, `{1}` … stand for the values. */
export type Translate = (english: string, ...values: readonly (string | number)[]) => string;

export function translator(translations: Readonly<Record<string, string>> = {}): Translate {
  return (english, ...values) =>
    (Object.hasOwn(translations, english) ? (translations[english] ?? english) : english).replace(
      /\{(\d+)\}/g,
      (whole, index: string) => String(values[Number(index)] ?? whole),
    );
}

/** `one` is the sentence for exactly 1. The first value is the count. */
export function countWords(
  t: Translate,
  count: number,
  one: string,
  many: string,
  shown: string | number = count,
): string {
  return t(count === 1 ? one : many, shown);
}
