import { LogError } from '../../model/errors.ts';
import { readJson } from '../executor/call.ts';
import type { HttpCall } from '../http.ts';

const largestBody = 65_536;

/** Reads a body that changes nothing whatever it says, and may be left out. Throws when it is no JSON object. */
export async function readNothing(call: HttpCall): Promise<void> {
  if (call.header('content-type') === undefined) return;
  const body = await readJson(call, largestBody);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new LogError('invalidRequest', 'The body is no JSON object. Send {} or nothing.');
}
