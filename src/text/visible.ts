/**
 * What could hide, reorder or imitate text: controls but the tab, soft hyphens, zero-width and bidirectional
 * characters, invisible fillers and tags, line separators, halves of surrogate pairs.
 */
const deceptive =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Cs}]/gu;

/** Joiners belong to emoji and to scripts that need them; between other characters they only hide something. */
const joiners =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{L}\p{M}])[\u200c\u200d]|(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\u200c\u200d]|[\u200c\u200d](?=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{P}\p{Z}\p{C}]|$)/gu;

/** Characters beyond which a text cannot deceive. */
const harmless = /^[\t\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff]*$/;

/**
 * The text with every character that could deceive replaced by a picture of it. Positions hold: the result is as
 * long as the text. For the eye only; what is copied or searched in stays as it was.
 */
export function visible(text: string): string {
  if (harmless.test(text)) return text;
  return text.replace(deceptive, pictureOf).replace(joiners, zeroWidth);
}

const zeroWidth = '\u2422';
const direction = '\u21c4';
const unknown = '\ufffd';

function pictureOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  if (code === 0x2028 || code === 0x2029) return '\u2424';
  if (isDirection(code)) return direction;
  if (code <= 0x9f || (code >= 0xd800 && code <= 0xdfff)) return unknown;
  return zeroWidth.repeat(character.length);
}

function isDirection(code: number): boolean {
  return (
    code === 0x061c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}
