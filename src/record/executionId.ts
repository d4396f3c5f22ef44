import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * 26 characters that sort by time of creation: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32
 * (https://github.com/ulid/spec, in lower case). Safe in paths, URLs and on command lines.
 */
export function newExecutionId(now: number = Date.now()): string {
  let id = '';
  for (let rest = now, i = 0; i < 10; i++) {
    id = alphabet.charAt(rest % 32) + id;
    rest = Math.floor(rest / 32);
  }
  for (const byte of randomBytes(16)) id += alphabet.charAt(byte & 31);
  return id;
}
