const shortest = 3;

/**
 * Text that stands in whatever the regular expression (RE2 syntax) matches, when that is easy to see; the longest
 * there is. To look for it first is many times faster than to ask the expression about every line.
 */
export function requiredLiteral(pattern: string, matchCase: boolean): string | undefined {
  if (/\(\?|\\[QEpPx0-9C]|\[:/.test(pattern)) return undefined;
  let longest = '';
  let run = '';
  const end = () => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === '|') return undefined;
    if (character === '(' || character === '[') {
      end();
      at = character === '(' ? groupEnd(pattern, at) : classEnd(pattern, at);
    } else if (character === '*' || character === '?' || character === '{') {
      run = run.slice(0, -1);
      end();
      at = character === '{' ? pattern.indexOf('}', at) + 1 || pattern.length : at + 1;
    } else {
      const literal = literalAt(pattern, at, matchCase);
      if (literal === '') end();
      else run += literal;
      at += character === '\\' ? 2 : 1;
    }
  }
  end();
  return longest.length >= shortest ? longest : undefined;
}

/** The character that stands for itself at `at`; empty for what may match anything else. */
function literalAt(pattern: string, at: number, matchCase: boolean): string {
  const character = pattern.charAt(at);
  if (character === '\\') {
    const escaped = pattern.charAt(at + 1);
    return /[!-/:-@[-`{-~]/.test(escaped) ? escaped : '';
  }
  if ('.^$+)]'.includes(character) || character < ' ' || character > '~') return '';
  // Ignoring case, k and s also stand for the Kelvin sign and the long s.
  return !matchCase && /[ks]/i.test(character) ? '' : character;
}

function groupEnd(pattern: string, from: number): number {
  let depth = 0;
  for (let at = from; at < pattern.length;) {
    const character = pattern.charAt(at);
    if (character === '[') {
      at = classEnd(pattern, at);
      continue;
    }
    if (character === '\\') at++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
    at++;
  }
  return pattern.length;
}

function classEnd(pattern: string, from: number): number {
  let at = from + 1;
  if (pattern.charAt(at) === '^') at++;
  // A bracket that comes first is one of the class.
  if (pattern.charAt(at) === ']') at++;
  while (at < pattern.length && pattern.charAt(at) !== ']') at += pattern.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}
