import { stripAnsi } from './ansi.ts';

/** A place a line names; the same shape as the bridge's `Link`. Never anything but the web or a file. */
export type LinkTarget =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string; readonly line?: number; readonly column?: number };

/** `from` and `to` (exclusive) are positions in the visible text, escape sequences left out. */
export interface FoundLink {
  readonly from: number;
  readonly to: number;
  readonly link: LinkTarget;
}

/**
 * What can be opened in a line, in order, without overlap: web addresses, and files named with a line (`a.ts:1:2`,
 * `a.ts(1,2)`, `"a.py", line 1`, frames of stack traces). Java frames give the path their package implies.
 */
export function findLinks(text: string): FoundLink[] {
  if (!mayHaveLink.test(text)) return [];
  const line = stripAnsi(text);
  const urls = findUrls(line);
  const links: FoundLink[] = [];
  let nextUrl = 0;
  let free = 0;
  for (const match of line.matchAll(placePattern)) {
    const place = placeOf(match);
    const found = place && fileAt(line, free, place);
    if (!found) continue;
    for (let url = urls[nextUrl]; url && url.from < found.to; url = urls[++nextUrl]) {
      links.push(url);
      free = url.to;
    }
    if (found.from < free) continue;
    links.push(found);
    free = found.to;
  }
  return nextUrl < urls.length ? links.concat(urls.slice(nextUrl)) : links;
}

/** What a link of OSC 8 opens; undefined when its target is neither on the web nor a file. */
export function linkTo(target: string): LinkTarget | undefined {
  if (/^https?:\/\//i.test(target)) return { kind: 'url', url: target };
  const path = /^file:\/\//i.test(target) ? pathOfFileUrl(target) : undefined;
  if (path === undefined) return undefined;
  const place = /^(.*?):(\d{1,7})(?::(\d{1,5}))?$/.exec(path);
  return place ? file(place[1] ?? path, place[2], place[3]) : { kind: 'file', path };
}

const mayHaveLink = /\d|:\/\//;

const url = /\bhttps?:\/\/[^\s"'<>`|\\^{}\p{Cc}\p{Cf}]+/giu;

function findUrls(line: string): FoundLink[] {
  const found: FoundLink[] = [];
  if (!line.includes('://')) return found;
  for (const match of line.matchAll(url)) {
    const length = match[0].length - trailing(match[0]);
    const address = match[0].slice(0, length);
    if (!/^https?:\/\/[\p{L}\p{N}[]/iu.test(address)) continue;
    found.push({ from: match.index, to: match.index + length, link: { kind: 'url', url: address } });
  }
  return found;
}

const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** How many characters at the end belong to the sentence, not to the address: punctuation, brackets opened before it. */
function trailing(address: string): number {
  const open = { ')': 0, ']': 0 };
  for (const character of address) {
    if (character === '(') open[')']++;
    else if (character === '[') open[']']++;
    else if (character === ')' || character === ']') open[character]--;
  }
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    if ('.,;:!?*_~'.includes(last)) continue;
    if ((last === ')' || last === ']') && closing[last] !== undefined && open[last] < 0) open[last]++;
    else break;
  }
  return address.length - end;
}

/**
 * A line number behind a name: `:1:2`, `(1,2)`, `", line 1`, `: line 1`, ` on line 1`, ` line 1`, `:line 1`. All begin
 * with a character that no name holds, so looking back for the name never reads anything twice.
 */
const placePattern =
  /:(\d{1,7})(?::(\d{1,5}))?(?!\d)|\((\d{1,7})(?:, ?(\d{1,5}))?\)|(?:(?:"(?:,| on)|:| on)? |:)line (\d{1,7})(?!\d)/g;

interface Place {
  /** Where the name ends. */
  readonly at: number;
  readonly to: number;
  readonly line: string;
  readonly column: string | undefined;
  readonly quoted: boolean;
}

function placeOf(match: RegExpExecArray): Place | undefined {
  const line = match[1] ?? match[3] ?? match[5];
  if (line === undefined) return undefined;
  return {
    at: match.index,
    to: match.index + match[0].length,
    line,
    column: match[2] ?? match[4],
    quoted: match[0].startsWith('"'),
  };
}

const longestPath = 1_024;

function fileAt(line: string, free: number, place: Place): FoundLink | undefined {
  const from = place.quoted ? line.lastIndexOf('"', place.at - 1) + 1 : nameStart(line, free, place.at);
  if (from < free || from >= place.at || place.at - from > longestPath) return undefined;
  if (place.quoted && from === 0) return undefined;
  const name = line.slice(from, place.at);
  if (!(place.quoted ? /[./\\]/.test(name) : namesFile(name))) return undefined;
  const path = javaPath(line, from, name) ?? (/^file:\/\//i.test(name) ? pathOfFileUrl(name) : name);
  return path === undefined ? undefined : { from, to: place.to, link: file(path, place.line, place.column) };
}

/** Characters that end a name when read backwards; the colon only where it is no drive's or address's. */
const beforeName = /[\s"'`<>()[\]{}|,;=*?!\p{Cc}\p{Cf}]/u;

function nameStart(line: string, free: number, end: number): number {
  const least = Math.max(free, end - longestPath);
  let from = end;
  while (from > least) {
    const character = line.charAt(from - 1);
    if (character === ':') {
      if (!opensPath(line, from - 1)) break;
    } else if (beforeName.test(character)) {
      break;
    }
    from--;
  }
  return from;
}

/** `C:\`, `file://`, `webpack://`: a colon that is part of the name. */
function opensPath(line: string, colon: number): boolean {
  const next = line.charAt(colon + 1);
  if (next !== '/' && next !== '\\') return false;
  const isDrive = /[a-z]/i.test(line.charAt(colon - 1)) && !/\w/.test(line.charAt(colon - 2));
  return isDrive || line.slice(Math.max(0, colon - 4), colon).toLowerCase() === 'file';
}

/** Endings of source files: a bare `name.ending:1` with another one may as well be a machine and its port. */
const sourceEnding =
  /\.(?:[cm]?[jt]sx?|vue|svelte|json[5c]?|py[iwx]?|rb|erb|php|java|kts?|scala|groovy|gradle|clj[cs]?|go|rs|[ch]|cc|cpp|cxx|hh|hpp|hxx|mm?|swift|cs|csx|fs[ix]?|vb|razor|xaml|lua|pl|pm|r|jl|exs?|erl|hs|elm|ml|dart|nim|zig|sh|bash|zsh|fish|ps1|bat|cmd|sql|ya?ml|toml|ini|cfg|conf|xml|html?|css|s[ac]ss|less|md|rst|txt|log|proto|tf|bzl|mk|cmake|nix|asm|s|f90|tex|feature|spec|snap|lock|env|j2|tpl|tmpl)$/i;

function namesFile(name: string): boolean {
  if (/^(?:\.{0,2}[\\/]|[a-z]:[\\/]|file:\/\/)/i.test(name))
    return /[^\\/.]/.test(name.slice(3)) && !name.startsWith('//');
  if (sourceEnding.test(name)) return true;
  if (
    /[\\/](?:[Mm]ake|[Dd]ocker|Jenkins|Gem|Rake|Pod|Vagrant)file$|^(?:[Mm]akefile|Dockerfile|Jenkinsfile)$/.test(name)
  )
    return true;
  return /^[\w@.+-]+[\\/].*\.[a-z]\w{0,9}$/i.test(name) && !/^[\w-]+(?:\.[\w-]+)+[\\/]/.test(name);
}

/** `at com.acme.Shop$1.pay(Shop.java:12)`: the package tells the folder. */
function javaPath(line: string, from: number, name: string): string | undefined {
  if (!/^\w+\.(?:java|kt|scala|groovy)$/.test(name) || line.charAt(from - 1) !== '(') return undefined;
  const before = line.slice(Math.max(0, from - 300), from - 1);
  const frame = /(?:^|[\s/])((?:[a-z_]\w*\.)+)[A-Z$][\w$]*\.[\w$<>]+$/.exec(before);
  return frame?.[1] === undefined ? undefined : frame[1].replaceAll('.', '/') + name;
}

function pathOfFileUrl(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/^file:\/\/(?:localhost)?/i, ''));
    return /^\/[a-z]:/i.test(path) ? path.slice(1) : path.startsWith('/') ? path : undefined;
  } catch {
    // A percent sign that encodes nothing: not an address then.
    return undefined;
  }
}

function file(path: string, line: string | undefined, column: string | undefined): LinkTarget {
  return {
    kind: 'file',
    path,
    ...(line !== undefined && { line: Number(line) }),
    ...(column !== undefined && { column: Number(column) }),
  };
}
