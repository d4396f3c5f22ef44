/** Words that end as a sentence does, so that another one can follow; nothing stays nothing. */
export function sentence(words: string): string {
  const text = words.trim();
  return text === '' || /[.!?。！？]$/u.test(text) ? text : `${text}.`;
}
