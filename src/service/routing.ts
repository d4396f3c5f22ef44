import { LogError } from '../model/errors.ts';
import { refusal } from './errorTable.ts';

/** What a path leads to. */
interface Routed {
  readonly method: string;
  readonly path: string;
}

export interface Matched<R> {
  readonly route: R;
  readonly params: Readonly<Record<string, string>>;
}

/** A route whose path was taken apart: a literal segment, or the name of what stands there. */
interface Pattern<R> {
  readonly route: R;
  readonly segments: readonly { readonly literal?: string; readonly name?: string }[];
}

/** No id is longer, in characters. */
const longestName = 1_024;

/** Finds the route for a request. A slash at the end of a path makes no difference. */
export class Routing<R extends Routed> {
  readonly #patterns = new Map<number, Pattern<R>[]>();

  constructor(routes: readonly R[]) {
    for (const route of routes) {
      const segments = segmentsOf(route.path).map((segment) =>
        segment.startsWith(':') ? { name: segment.slice(1) } : { literal: segment },
      );
      const alike = this.#patterns.get(segments.length);
      if (alike) alike.push({ route, segments });
      else this.#patterns.set(segments.length, [{ route, segments }]);
    }
  }

  /** Throws notFound for a path, and a refusal for a method, that no route has. `HEAD` is answered by who answers `GET`. */
  match(method: string, path: string): Matched<R> {
    const segments = segmentsOf(path);
    const asked = method === 'HEAD' ? 'GET' : method;
    for (const pattern of this.#at(segments)) {
      if (pattern.route.method === asked) return { route: pattern.route, params: paramsOf(pattern, segments) };
    }
    const allowed = this.methodsOf(path);
    if (allowed.length === 0) throw new LogError('notFound', 'There is nothing under this path. See docs/http-api.md.');
    throw refusal(405, `${printable(method)} is not for this path. Use ${allowed.join(', ')}.`);
  }

  methodsOf(path: string): readonly string[] {
    const methods = new Set(this.#at(segmentsOf(path)).map(({ route }) => route.method));
    if (methods.has('GET')) methods.add('HEAD');
    if (methods.size > 0) methods.add('OPTIONS');
    return [...methods].toSorted();
  }

  /** Patterns that fit, those with a literal where others have a name first. */
  #at(segments: readonly string[]): Pattern<R>[] {
    const fitting = (this.#patterns.get(segments.length) ?? []).filter((pattern) => fits(pattern, segments));
    return fitting.length < 2 ? fitting : fitting.toSorted((a, b) => literalsOf(b) - literalsOf(a));
  }
}

function segmentsOf(path: string): string[] {
  return (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/');
}

function fits({ segments }: Pattern<Routed>, asked: readonly string[]): boolean {
  return segments.every(({ literal }, i) => (literal === undefined ? asked[i] !== '' : literal === asked[i]));
}

function literalsOf({ segments }: Pattern<Routed>): number {
  return segments.filter(({ literal }) => literal !== undefined).length;
}

function paramsOf({ segments }: Pattern<Routed>, asked: readonly string[]): Readonly<Record<string, string>> {
  const params = Object.create(null) as Record<string, string>;
  for (const [i, { name }] of segments.entries()) if (name !== undefined) params[name] = decoded(asked[i] ?? '');
  return params;
}

/** Ids are what stands there, decoded once: no path is ever made of them. */
function decoded(segment: string): string {
  if (segment.length > longestName * 3) throw tooLong();
  const name = percentDecoded(segment);
  if (name.length > longestName) throw tooLong();
  return name;
}

function percentDecoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new LogError('invalidRequest', 'The path is not percent-encoded UTF-8. Encode each id by itself.');
  }
}

function tooLong(): LogError {
  return new LogError('invalidRequest', `An id in the path is too long. None has more than ${longestName} characters.`);
}

function printable(method: string): string {
  return /^[A-Z]{1,20}$/.test(method) ? method : 'This method';
}
