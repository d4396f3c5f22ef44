import { LogError } from '../../model/errors.ts';
import type { HttpCall } from '../http.ts';

/** What stands in the path for `:name`. */
export function pathParam(call: HttpCall, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new LogError('internal', `The path has no :${name}.`);
  return value;
}

/** The body as JSON. Throws invalidRequest when it is larger than `most` bytes, or none. */
export async function readJson(call: HttpCall, most: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of call.body) {
    length += chunk.length;
    if (length > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const why = error instanceof Error ? `: ${error.message}` : '';
    throw new LogError('invalidRequest', `The body is no JSON${why}.`, { cause: error });
  }
}

function tooLarge(most: number): LogError {
  return new LogError('invalidRequest', `The body has more than ${most} bytes. Send it in parts.`);
}
