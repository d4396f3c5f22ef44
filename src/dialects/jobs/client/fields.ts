/** An object that came over the wire: nothing is known of its fields. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What an object says under this name itself; what objects have by nature is nothing that was said. */
export function field(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Text, or a number as text; undefined for anything else and for what is empty. */
export function textIn(fields: Fields, name: string): string | undefined {
  const value = field(fields, name);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberIn(fields: Fields, name: string): number | undefined {
  const value = field(fields, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
