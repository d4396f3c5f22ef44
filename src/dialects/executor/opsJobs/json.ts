const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;

/**
 * Parses JSON whose whole numbers may be beyond 2^53: those of sixteen digits and more become strings, so that
 * no id is rounded. Throws a SyntaxError for what is no JSON.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(/\d{16}/.test(text) ? quoteLongNumbers(text) : text);
}

function quoteLongNumbers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at);
      if (/^-?\d{16,}$/.test(text.slice(at, end))) {
        parts.push(text.slice(copied, at), `"${text.slice(at, end)}"`);
        copied = end;
      }
      at = end;
    } else at++;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

/** Just after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start; ;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let before = at;
    while (text.charCodeAt(before - 1) === backslash) before--;
    if ((at - before) % 2 === 0) return at + 1;
  }
}

function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && /[\d.eE+-]/.test(text.charAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
