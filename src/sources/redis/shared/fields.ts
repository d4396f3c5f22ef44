import type { Reply } from '../connection.ts';
import { isStreamId, type StreamId } from './streamId.ts';

/** An entry as Redis answers it: names and values in turn. Whoever may write to the stream has written them. */
export interface RawEntry {
  readonly id: StreamId;
  readonly fields: readonly Reply[];
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The entries of an answer to XRANGE, XREVRANGE, or of one stream of XREAD. */
export function entriesOf(reply: Reply | undefined): RawEntry[] {
  if (!Array.isArray(reply)) return [];
  const entries: RawEntry[] = [];
  for (const entry of reply as readonly Reply[]) {
    if (!Array.isArray(entry)) continue;
    const [id, fields] = entry as readonly Reply[];
    const text = textOf(id);
    if (isStreamId(text)) entries.push({ id: text, fields: Array.isArray(fields) ? (fields as readonly Reply[]) : [] });
  }
  return entries;
}

export function textOf(value: Reply | undefined): string {
  if (value instanceof Uint8Array) return decoder.decode(value);
  return typeof value === 'number' ? String(value) : '';
}

/** A field's value; of a name that comes twice, the first. */
export function fieldOf({ fields }: RawEntry, name: Uint8Array): Uint8Array | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const key = fields[i];
    if (!(key instanceof Uint8Array) || key.length !== name.length || !sameBytes(key, name)) continue;
    const value = fields[i + 1];
    return value instanceof Uint8Array ? value : undefined;
  }
  return undefined;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** All fields as text but the one named `bytes`, which stays as it is. */
export function readFields({ fields }: RawEntry, bytes: string): { texts: Map<string, string>; bytes?: Uint8Array } {
  const texts = new Map<string, string>();
  let found: Uint8Array | undefined;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = textOf(fields[i]);
    const value = fields[i + 1];
    if (name === bytes && value instanceof Uint8Array) found ??= value;
    else if (!texts.has(name)) texts.set(name, textOf(value));
  }
  return { texts, ...(found && { bytes: found }) };
}

/** A field that says something: writers leave what they do not know empty. */
export function said(texts: ReadonlyMap<string, string>, name: string): string | undefined {
  const text = texts.get(name);
  return text === '' ? undefined : text;
}
