import { stripAnsi } from './ansi.ts';

/** A line is compared with others by so many of its characters, and told with so many. */
const readLength = 600;
const toldLength = 200;

/**
 * What differs between lines that tell of the same. One pass over a bounded text; in turn: times, identifiers, what is
 * quoted and holds a digit, addresses in memory and hashes, numbers with what belongs to them.
 */
const particular = new RegExp(
  [
    String.raw`(?<time>\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?)?|\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)`,
    String.raw`(?<id>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)`,
    String.raw`(?<quoted>"[^"\s\d]{0,80}\d[^"\s]{0,80}"|'[^'\s\d]{0,80}\d[^'\s]{0,80}')`,
    String.raw`(?<hex>\b0x[0-9a-f]{1,32}\b|\b(?=[a-f]{0,40}\d)[0-9a-f]{7,64}\b)`,
    String.raw`(?<number>\d+(?:[.,:]\d+){0,20})`,
  ].join('|'),
  'gi',
);

const marks: Readonly<Record<string, string>> = {
  time: '<time>',
  id: '<id>',
  quoted: '<id>',
  hex: '<id>',
  number: '#',
};

/** The line without times, numbers and ids, so that lines that tell of the same are the same; at most 200 characters. */
export function commonText(line: string): string {
  const text = stripAnsi(head(line, readLength));
  const common = text
    .replace(particular, (...args: unknown[]) => {
      const groups = args.at(-1) as Readonly<Record<string, string | undefined>>;
      for (const [name, mark] of Object.entries(marks)) if (groups[name] !== undefined) return mark;
      return '#';
    })
    .replace(/\s+/g, ' ')
    .replace(/^ ?\[?<time>\]?:? ?/, '')
    .trim();
  return common.length <= toldLength ? common : `${head(common, toldLength - 1)}…`;
}

/** Half a surrogate pair is no character. */
function head(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}
