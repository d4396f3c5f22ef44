/** A file below a workspace folder; never outside it. */
export interface Place {
  /** Index of the folder. */
  readonly folder: number;
  /** Names below the folder, none of them `.` or `..`. */
  readonly path: readonly string[];
}

export interface LinkContext {
  /** Paths of the workspace folders, as in their URIs: `/home/me/project`, `/c:/project`. */
  readonly folders: readonly string[];
  /** Where the command ran, when that is known. */
  readonly directory?: string | undefined;
  /** Beginnings of paths on the machine that wrote the log, and what they stand for here. */
  readonly mapping: readonly (readonly [from: string, to: string])[];
}

/**
 * Where a path in a log may lie in the workspace, the likeliest first: mapped, as it is, from the folder the
 * command ran in, from each workspace folder, and last its ever shorter ends (logs name files where they were built).
 */
export function placesOf(path: string, context: LinkContext): Place[] {
  const places: Place[] = [];
  const seen = new Set<string>();
  for (const place of candidates(path, context)) {
    const key = `${place.folder}/${place.path.join('/')}`;
    if (!seen.has(key)) places.push(place);
    seen.add(key);
  }
  return places;
}

function* candidates(path: string, { folders, directory, mapping }: LinkContext): Generator<Place> {
  const mapped = mapping.find(([from]) => from !== '' && path.startsWith(from));
  if (mapped) yield* candidates(`${mapped[1]}${path.slice(mapped[0].length)}`, { folders, directory, mapping: [] });
  const given = parsePath(path);
  if (!given.absolute && directory !== undefined) {
    const base = parsePath(directory);
    if (base.absolute) yield* inside(normalise([...base.names, ...given.names]), folders);
  }
  const names = normalise(given.names);
  if (given.absolute) yield* inside(names, folders);
  else if (names) yield* everywhere(names, folders);
  const ends = given.names.slice(given.names.lastIndexOf('..') + 1).filter((name) => name !== '.');
  for (let from = 1; from <= ends.length - 2; from++) yield* everywhere(ends.slice(from), folders);
}

/** The last two names of a path (or its only one), for a search through the workspace. */
export function lastNames(path: string): readonly string[] {
  const names = parsePath(path).names.filter((name) => name !== '.' && name !== '..');
  return names.slice(-2);
}

/** How many names at the end two paths share. */
export function sharedEnd(path: string, other: readonly string[]): number {
  const names = parsePath(path).names;
  let shared = 0;
  while (shared < names.length && names.at(-1 - shared) === other.at(-1 - shared)) shared++;
  return shared;
}

function* everywhere(path: readonly string[], folders: readonly string[]): Generator<Place> {
  for (let folder = 0; folder < folders.length && path.length > 0; folder++) yield { folder, path };
}

/** The places at which an absolute path lies below a folder. */
function* inside(names: readonly string[] | undefined, folders: readonly string[]): Generator<Place> {
  if (!names) return;
  for (const [folder, root] of folders.entries()) {
    const base = parsePath(root).names;
    if (names.length > base.length && base.every((name, index) => name === names[index]))
      yield { folder, path: names.slice(base.length) };
  }
}

interface ParsedPath {
  readonly absolute: boolean;
  readonly names: readonly string[];
}

const mostNames = 100;

function parsePath(text: string): ParsedPath {
  const path = text.replace(/^file:\/\/(localhost)?/i, '').replaceAll('\\', '/');
  const drive = /^\/?([a-z]):\//i.exec(path);
  const names = path.split('/').filter((name) => name !== '' && !name.includes('\0'));
  if (drive?.[1]) names[0] = `${drive[1].toLowerCase()}:`;
  return { absolute: drive !== null || path.startsWith('/'), names: names.slice(0, mostNames) };
}

/** Without `.` and `..`; undefined when it leads out at the top. */
function normalise(names: readonly string[]): readonly string[] | undefined {
  const result: string[] = [];
  for (const name of names) {
    if (name === '.') continue;
    if (name !== '..') result.push(name);
    else if (result.pop() === undefined) return undefined;
  }
  return result;
}
