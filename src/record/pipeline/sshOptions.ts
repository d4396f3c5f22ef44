/** Options of ssh (https://man.openbsd.org/ssh) by whether a value follows. Others change what ssh is for. */
const plain = '46AaCKkqvXxY';
const withValue = 'BbcDFIiJLlmoPpRSw';

/**
 * What is wrong with words that are to be options of ssh: by place and in words. A word that is none would be taken for the host.
 */
export function sshOptionProblems(words: readonly string[]): { readonly index: number; readonly words: string }[] {
  const problems: { index: number; words: string }[] = [];
  let valueOf: string | undefined;
  for (const [index, word] of words.entries()) {
    if (valueOf !== undefined) {
      valueOf = undefined;
      continue;
    }
    const { wrong, open } = read(word);
    if (wrong !== undefined) problems.push({ index, words: wrong });
    valueOf = open;
  }
  if (valueOf !== undefined) problems.push({ index: words.length - 1, words: `${valueOf} of ssh needs a value` });
  return problems;
}

function read(word: string): { wrong?: string; open?: string } {
  if (!/^-[^-]/.test(word)) return { wrong: `"${word}" is no option of ssh` };
  for (const [at, letter] of [...word.slice(1)].entries()) {
    if (withValue.includes(letter)) return word.length === at + 2 ? { open: `-${letter}` } : {};
    if (!plain.includes(letter)) return { wrong: `-${letter} of ssh cannot be used here` };
  }
  return {};
}
