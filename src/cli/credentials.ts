import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { Credentials, CredentialStore } from '../model/connect.ts';
import { LogError } from '../model/errors.ts';

const names = ['user', 'password', 'token', 'refreshToken'] as const;
const largest = 1_048_576;

/** Credentials of the environment, `<prefix>_TOKEN` and so on. Tokens exchanged since are known to this process only. */
export function environmentCredentials(
  env: Readonly<Record<string, string | undefined>>,
  prefix = 'EXECLOGS',
): CredentialStore {
  const [token, user, password] = ['TOKEN', 'USER', 'PASSWORD'].map((name) => env[`${prefix}_${name}`]);
  let known: Credentials | undefined =
    token || user || password
      ? { ...(token && { token }), ...(user && { user }), ...(password && { password }) }
      : undefined;
  return {
    get: async () => known,
    async set(credentials) {
      known = credentials;
    },
  };
}

/** Credentials of a file that only its owner may read; exchanged tokens are kept there. */
export function fileCredentials(path: string): CredentialStore {
  return {
    get: async () => readCredentials(path),
    async set(credentials) {
      const whole = `${path}.${process.pid}.new`;
      writeFileSync(whole, `${JSON.stringify(credentials)}\n`, { mode: 0o600 });
      renameSync(whole, path);
    },
  };
}

function readCredentials(path: string): Credentials {
  const text = readOwnFile(path, 'The credentials file');
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new LogError('invalidRequest', `Others may read the credentials file ${path}. Run: chmod 600 ${path}`);
  const read = parsed(text);
  const known = names.flatMap((name) => (typeof read?.[name] === 'string' ? [[name, read[name]] as const] : []));
  if (!read || known.length === 0 || known.length !== Object.keys(read).length) {
    const form = '{"token": "…"} or {"user": "…", "password": "…"}';
    throw new LogError('invalidRequest', `The credentials file ${path} is not as it should be: ${form}.`);
  }
  return Object.fromEntries(known);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // Its words would repeat a part of the file.
    return undefined;
  }
}

/** A file that the user named. */
export function readOwnFile(path: string, what: string): string {
  try {
    if (statSync(path).size > largest) throw new Error('it is too large');
    return readFileSync(path, 'utf8');
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new LogError('invalidRequest', `${what} ${path} cannot be read: ${words}.`, { cause: error });
  }
}
