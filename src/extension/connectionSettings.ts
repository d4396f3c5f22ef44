import type { ConnectionSpec } from './connection.ts';

/** The embedded store on this machine: always there, never configured. */
export const localName = 'local';

/** What of the setting `executionLogs.connections` can be used, and what is wrong with the rest. */
export function parseConnections(value: unknown): { specs: ConnectionSpec[]; problems: string[] } {
  const specs: ConnectionSpec[] = [];
  const problems: string[] = [];
  if (!Array.isArray(value)) return { specs, problems: value === undefined ? [] : ['it is not a list'] };
  for (const [index, entry] of value.entries()) {
    const spec = parseEntry(entry);
    const place = `entry ${index + 1}`;
    if (!spec) problems.push(`${place} needs a "name" and a "url", both text`);
    else if (spec.name === localName)
      problems.push(`${place}: the name "${localName}" stands for this machine's store`);
    else if (specs.some(({ name }) => name === spec.name)) problems.push(`${place}: the name "${spec.name}" is taken`);
    else specs.push(spec);
  }
  return { specs, problems };
}

function parseEntry(entry: unknown): ConnectionSpec | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { name, url } = entry as { name?: unknown; url?: unknown };
  if (typeof name !== 'string' || typeof url !== 'string') return undefined;
  return name.trim() === '' || url.trim() === '' ? undefined : { name: name.trim(), url: url.trim() };
}
