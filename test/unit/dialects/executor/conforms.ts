import type { Schema } from '../../../../src/dialects/executor/openapi/schemas.ts';

/** What of `value` the schema does not allow or does not mention, as paths with words; empty when all is well. */
export function faultsOf(value: unknown, schema: Schema, named: Readonly<Record<string, Schema>>, at = ''): string[] {
  if (schema.$ref !== undefined) {
    const target = named[schema.$ref.replace('#/components/schemas/', '')];
    return target ? faultsOf(value, target, named, at) : [`${at}: no schema ${schema.$ref}`];
  }
  if (schema.oneOf) {
    const faults = schema.oneOf.map((one) => faultsOf(value, one, named, at));
    return faults.some((found) => found.length === 0) ? [] : faults.flat();
  }
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOf(value, type))) return [`${at}: is no ${types.join(' or ')}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: is none of the words`];
  if (schema.minimum !== undefined && typeof value === 'number' && value < schema.minimum) return [`${at}: too small`];
  if (Array.isArray(value)) return value.flatMap((one, i) => faultsOf(one, schema.items ?? {}, named, `${at}[${i}]`));
  if (typeof value !== 'object' || value === null) return [];
  return faultsIn(value as Readonly<Record<string, unknown>>, schema, named, at);
}

function faultsIn(
  value: Readonly<Record<string, unknown>>,
  { properties, required = [], additionalProperties }: Schema,
  named: Readonly<Record<string, Schema>>,
  at: string,
): string[] {
  const missing = required.filter((key) => !(key in value)).map((key) => `${at}.${key}: is missing`);
  const wrong = Object.entries(value).flatMap(([key, one]) => {
    const schema = properties?.[key] ?? additionalProperties;
    if (schema) return faultsOf(one, schema, named, `${at}.${key}`);
    return properties ? [`${at}.${key}: is not mentioned`] : [];
  });
  return [...missing, ...wrong];
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
