import { redactUrl, splitUrl } from '../base/connectionUrl.ts';
import type { ConnectionSpec, Level } from './connect/spec.ts';

/** The embedded store on this machine: always there, never configured. */
export const localName = 'local';

/** One level's value of the setting `executionLogs.connections`. */
export interface SettingsLevel {
  readonly level: Exclude<Level, 'own'>;
  readonly value: unknown;
}

export interface Parsed {
  readonly specs: readonly ConnectionSpec[];
  /** What is wrong with the rest. */
  readonly problems: readonly string[];
}

/** What of the setting can be used. Levels add to one another; a name belongs to the first that takes it. */
export function parseConnections(levels: readonly SettingsLevel[]): Parsed {
  const specs: ConnectionSpec[] = [];
  const problems: string[] = [];
  for (const { level, value } of levels) {
    if (value === undefined) continue;
    if (!Array.isArray(value)) problems.push(`of the ${level} is not a list`);
    else
      for (const [index, entry] of value.entries()) {
        const read = parseEntry(entry, level, specs);
        if (typeof read === 'string') problems.push(`of the ${level}, entry ${index + 1}: ${read}`);
        else specs.push(read);
      }
  }
  return { specs, problems };
}

/** The connection an entry tells of, or what is wrong with it. */
function parseEntry(entry: unknown, level: SettingsLevel['level'], before: readonly ConnectionSpec[]) {
  const { name, url, streamUrl, ca, proxy, allowSelfSigned, connect } = fieldsOf(entry);
  if (!isText(name) || !isText(url)) return 'it needs a "name" and a "url", both text';
  const problem = nameProblem(name.trim(), before) ?? urlProblem(url) ?? urlProblem(streamUrl) ?? urlProblem(proxy);
  if (problem !== undefined) return problem;
  for (const [key, value] of Object.entries({ streamUrl, ca, proxy }))
    if (value !== undefined && typeof value !== 'string') return `"${key}" is text`;
  if (allowSelfSigned !== undefined && typeof allowSelfSigned !== 'boolean')
    return '"allowSelfSigned" is true or false';
  if (connect !== undefined && connect !== 'automatic' && connect !== 'manual')
    return '"connect" is "automatic" or "manual"';
  return {
    name: name.trim(),
    url: url.trim(),
    ...(isText(streamUrl) && { streamUrl: streamUrl.trim() }),
    ...(isText(ca) && { ca }),
    ...(typeof proxy === 'string' && { proxy: proxy.trim() }),
    ...(allowSelfSigned === true && { allowSelfSigned }),
    // A workspace must not make the editor call anybody by itself.
    ...(connect === 'automatic' && level === 'user' && { automatic: true }),
    level,
  } satisfies ConnectionSpec;
}

function fieldsOf(entry: unknown): Readonly<Record<string, unknown>> {
  return typeof entry === 'object' && entry !== null ? { ...entry } : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** Why a connection cannot be called so. */
function nameProblem(name: string, before: readonly Pick<ConnectionSpec, 'name'>[]): string | undefined {
  if (name === localName) return `the name "${localName}" stands for this machine's store`;
  return before.some((spec) => spec.name === name) ? `the name "${name}" is taken` : undefined;
}

function urlProblem(url: unknown): string | undefined {
  if (typeof url !== 'string' || !splitUrl(url).credentials) return undefined;
  return `${redactUrl(url)} holds credentials, which do not belong into settings; sign in to the connection instead`;
}

/** An entry as it is written; it reads back as the same connection. */
export function entryOf(spec: ConnectionSpec): Readonly<Record<string, unknown>> {
  const { name, url, streamUrl, ca, proxy, allowSelfSigned, automatic } = spec;
  return {
    name,
    url,
    ...(streamUrl !== undefined && { streamUrl }),
    ...(ca !== undefined && { ca }),
    ...(proxy !== undefined && { proxy }),
    ...(allowSelfSigned && { allowSelfSigned }),
    ...(automatic && { connect: 'automatic' }),
  };
}

/** One level's value with an entry put in place of the one called `name`, added at the end, or taken out. */
export function changedEntries(
  value: unknown,
  name: string | undefined,
  entry: Readonly<Record<string, unknown>> | undefined,
): readonly unknown[] {
  const before: readonly unknown[] = Array.isArray(value) ? value : [];
  const index = before.findIndex((one) => name !== undefined && textOf(fieldsOf(one)['name']) === name);
  if (index < 0) return entry ? [...before, entry] : before;
  return entry ? before.with(index, entry) : before.toSpliced(index, 1);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined;
}
