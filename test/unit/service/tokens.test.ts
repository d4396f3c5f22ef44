import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fitsPattern } from '../../../src/service/patterns.ts';
import { readTokenEntries, type TokenEntry } from '../../../src/service/tokenEntries.ts';
import { TokenFile } from '../../../src/service/tokenFile.ts';
import { hashOfToken, Tokens } from '../../../src/service/tokens.ts';
import { entry, tokenOf } from '../../harness/service.ts';

const bearer = (name: string): string => `Bearer ${tokenOf(name)}`;

describe('a pattern', () => {
  test.each([
    ['a', 'a'],
    ['*', ''],
    ['*', 'anything at all'],
    ['deploy-*', 'deploy-'],
    ['deploy-*', 'deploy-7'],
    ['*-prod', 'web-prod'],
    ['a*b*c', 'a-b-b-c'],
    ['a**c', 'ac'],
    ['a.c', 'a.c'],
  ])('%s lets %s through', (pattern, text) => {
    expect(fitsPattern(pattern, text)).toBe(true);
  });

  test.each([
    ['deploy-1', 'deploy-10'],
    ['deploy-1', 'Deploy-1'],
    ['deploy-1', 'deploy-'],
    ['deploy-1', 'deploy-1 '],
    ['deploy-*', 'deploy'],
    ['deploy-*', 'DEPLOY-1'],
    ['deploy-1', 'dерloy-1'],
    ['caf\u00e9', 'cafe\u0301'],
    ['ab*ab', 'ab'],
    ['ab*ab', 'aba'],
    ['a*b*a', 'aba-'],
    ['a*bc*c', 'abc'],
    ['a.c', 'abc'],
    ['', 'a'],
  ])('%s does not let %s through', (pattern, text) => {
    expect(fitsPattern(pattern, text)).toBe(false);
  });

  test('with many stars takes no longer than it is long', () => {
    expect(fitsPattern(`${'a*'.repeat(200)}b`, 'a'.repeat(100_000))).toBe(false);
  });
});

describe('the file of tokens', () => {
  const sha256 = hashOfToken('x');

  test('is lines with comments, or one list', () => {
    const line = JSON.stringify({ name: 'ci', sha256, executions: ['a'] });
    const expected = [{ name: 'ci', sha256, executions: ['a'], names: [], users: [], may: ['read'] }];
    expect(readTokenEntries(`# who\n\n${line}\n`)).toEqual(expected);
    expect(readTokenEntries(` [${line}]`)).toEqual(expected);
    expect(readTokenEntries('')).toEqual([]);
  });

  test.each([
    ['{', 'line 1 is no JSON'],
    ['[1]', 'entry 1 is no object'],
    [{ sha256, executions: ['*'] }, 'has no name'],
    [{ name: 'a', sha256: 'secret', executions: ['*'] }, 'no sha256'],
    [{ name: 'a', sha256 }, 'does not say which executions'],
    [{ name: 'a', sha256, executions: [] }, 'does not say which executions'],
    [{ name: 'a', sha256, executions: '*' }, 'something else than a list'],
    [{ name: 'a', sha256, executions: [''] }, 'something else than a list'],
    [{ name: 'a', sha256, executions: ['*'], may: ['Read'] }, 'may "Read"; there is read, write, delete'],
    [{ name: 'a', sha256, execution: ['*'] }, 'has "execution", which means nothing'],
  ])('is refused, in words, when it says %j', (said, words) => {
    const text = typeof said === 'string' ? said : JSON.stringify(said);
    expect(() => readTokenEntries(text)).toThrow(words);
  });

  test('names nobody twice', () => {
    const line = JSON.stringify({ name: 'ci', sha256, executions: ['a'] });
    expect(() => readTokenEntries(`${line}\n${line}`)).toThrow('the same name');
  });
});

describe('a token', () => {
  const tokens = new Tokens([entry('one', { executions: ['a'] }), entry('two', { executions: ['b'], may: ['write'] })]);

  test('is found by its hash', () => {
    expect(tokens.grantOf(bearer('one')).name).toBe('one');
    expect(tokens.grantOf(bearer('two')).may('write')).toBe(true);
    expect(tokens.grantOf(bearer('two')).may('read')).toBe(false);
    expect(tokens.grantOf(bearer('one').replace('Bearer', 'bearer')).name).toBe('one');
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${tokenOf('one')}`,
    tokenOf('one'),
    bearer('one').slice(0, -1),
    `${bearer('one')}x`,
    bearer('one').toUpperCase(),
    `${bearer('one')} ${tokenOf('two')}`,
    `Bearer ${entry('one').sha256}`,
    `Bearer ${'x'.repeat(100_000)}`,
  ])('is wanted, and not just any: %s', (header) => {
    expect(() => tokens.grantOf(header)).toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });

  test('that stays the same when others change goes on; one that is changed or gone ends', () => {
    const three = new Tokens([entry('kept', { executions: ['a'] }), entry('gone'), entry('less', { may: ['write'] })]);
    const [kept, gone, less] = ['kept', 'gone', 'less'].map((name) => three.grantOf(bearer(name)));
    three.replace([entry('less', { may: ['read'] }), entry('kept', { executions: ['a'] })]);
    expect([kept?.ended.aborted, gone?.ended.aborted, less?.ended.aborted]).toEqual([false, true, true]);
    expect(gone?.ended.reason).toMatchObject({ code: 'unauthorized' });
    expect(three.grantOf(bearer('kept'))).toBe(kept);
    expect(() => three.grantOf(bearer('gone'))).toThrow('not valid');
  });
});

describe('the file, when it changes', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'execlogs-tokens-'));
    path = join(folder, 'tokens');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (...entries: TokenEntry[]) => writeText(entries.map((one) => JSON.stringify(one)).join('\n'));
  const writeText = async (text: string): Promise<void> => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  const holds = (file: TokenFile, name: string): boolean => {
    try {
      return file.tokens.grantOf(bearer(name)).name === name;
    } catch {
      return false;
    }
  };

  test('is read again; broken it changes nothing and is told; gone it grants nothing', async () => {
    const told: string[] = [];
    await write(entry('one', { executions: ['*'] }));
    using file = await TokenFile.open(path, { every: 5, notify: ({ message }) => told.push(message) });
    expect(holds(file, 'one')).toBe(true);
    await write(entry('two', { executions: ['*'] }));
    await expect.poll(() => holds(file, 'two')).toBe(true);
    expect(holds(file, 'one')).toBe(false);
    await writeText('{"name": ');
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toMatch(/cannot be used: line 1 is no JSON/);
    expect(holds(file, 'two')).toBe(true);
    await rm(path);
    await expect.poll(() => holds(file, 'two')).toBe(false);
  });

  test('that cannot be read is tried again, and told each time', async () => {
    const told: string[] = [];
    await write(entry('one', { executions: ['*'] }));
    using file = await TokenFile.open(path, { every: 5, notify: ({ message }) => told.push(message) });
    await mkdir(`${path}.new`);
    await rm(path);
    await rename(`${path}.new`, path);
    await expect.poll(() => told.length).toBeGreaterThan(2);
    expect(told[0]).toMatch(/cannot be read/);
    await rm(path, { recursive: true });
    await write(entry('two', { executions: ['*'] }));
    await expect.poll(() => holds(file, 'two')).toBe(true);
  });

  test('has to be there at the start', async () => {
    await expect(TokenFile.open(path)).rejects.toMatchObject({ code: 'invalidRequest' });
  });
});
