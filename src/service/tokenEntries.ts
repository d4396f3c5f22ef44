import type { Permission } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';

/** One token as its file has it: who it is for, what it may see, in patterns with `*`, and what it may do. */
export interface TokenEntry {
  readonly name: string;
  /** The SHA-256 of the token, in hexadecimal. */
  readonly sha256: string;
  /** Ids of executions. */
  readonly executions: readonly string[];
  /** Names of executions, as their writers gave them. */
  readonly names: readonly string[];
  /** Users who started executions, as their writers said. */
  readonly users: readonly string[];
  readonly may: readonly Permission[];
}

const permissions: readonly Permission[] = ['read', 'write', 'delete', 'run'];
const known = ['name', 'sha256', 'executions', 'names', 'users', 'may'];

/** Reads a JSON list of entries, or one entry per line; lines that begin with `#` say nothing. Throws invalidRequest. */
export function readTokenEntries(text: string): TokenEntry[] {
  const entries = text.trimStart().startsWith('[') ? wholeList(text) : lines(text);
  const read = entries.map(({ value, where }) => entryOf(value, where));
  const names = new Set(read.map(({ name }) => name));
  if (names.size < read.length) throw wrong('two tokens have the same name');
  return read;
}

interface Found {
  readonly value: unknown;
  readonly where: string;
}

function wholeList(text: string): Found[] {
  const list = parsed(text, 'the list');
  if (!Array.isArray(list)) throw wrong('it is no list');
  return list.map((value: unknown, i) => ({ value, where: `entry ${i + 1}` }));
}

function lines(text: string): Found[] {
  return text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), where: `line ${i + 1}` }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, where }) => ({ value: parsed(line, where), where }));
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(`${where} is no JSON`);
  }
}

function entryOf(value: unknown, where: string): TokenEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${where} is no object`);
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const field of fields.keys())
    if (!known.includes(field)) throw wrong(`${where} has "${field}", which means nothing`);
  const name = fields.get('name');
  const sha256 = fields.get('sha256');
  if (typeof name !== 'string' || name === '') throw wrong(`${where} has no name`);
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) throw wrong(`${where} has no sha256 of 64 digits`);
  const [executions, names, users] = ['executions', 'names', 'users'].map((field) => texts(fields.get(field), where));
  const seen = { executions: executions ?? [], names: names ?? [], users: users ?? [] };
  if (seen.executions.length + seen.names.length + seen.users.length === 0)
    throw wrong(`${where} does not say which executions may be seen; "executions": ["*"] means all`);
  const may = fields.has('may') ? permissionsOf(texts(fields.get('may'), where), where) : (['read'] as const);
  return { name, sha256: sha256.toLowerCase(), ...seen, may };
}

function texts(value: unknown, where: string): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string' && item !== ''))
    return value;
  throw wrong(`${where} has something else than a list of words`);
}

function permissionsOf(words: readonly string[], where: string): readonly Permission[] {
  return words.map((word) => {
    const permission = permissions.find((one) => one === word);
    if (!permission) throw wrong(`${where} may "${word}"; there is ${permissions.join(', ')}`);
    return permission;
  });
}

function wrong(what: string): LogError {
  return new LogError('invalidRequest', `The file of tokens cannot be used: ${what}. See docs/http-api.md.`);
}
