import { fieldsOf, textOf, type Fields } from '../../values.ts';

export function isFields(value: unknown): value is Fields {
  return value !== null && fieldsOf(value) === value;
}

/** What an object says under this name itself; what objects have by nature is nothing that was said. */
export function field(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Text, or a number as text; undefined for anything else and for what is empty. */
export function textIn(fields: Fields, name: string): string | undefined {
  return textOf(field(fields, name));
}

export function numberIn(fields: Fields, name: string): number | undefined {
  const value = field(fields, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
