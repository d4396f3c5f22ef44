import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { samePlace } from '../../../src/cli/samePlace.ts';
import { Program } from '../../harness/program.ts';

test('a store is the same however it is written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'execlogs-place-'));
  const file = join(folder, 'a.sqlite');
  expect(samePlace(`sqlite:${file}`, `sqlite:${relative('.', file)}`)).toBe(true);
  writeFileSync(file, '');
  symlinkSync(file, join(folder, 'link.sqlite'));
  expect(samePlace(`sqlite:${file}`, `sqlite://${join(folder, 'link.sqlite')}`)).toBe(true);
  expect(samePlace(`sqlite:${file}`, `sqlite:${join(folder, 'b.sqlite')}`)).toBe(false);
  expect(samePlace('redis://localhost', 'redis://127.0.0.1:6379/0')).toBe(true);
  expect(samePlace('redis://localhost', 'redis://127.0.0.1:6379/1')).toBe(false);
  expect(samePlace('redis://localhost?prefix=execlogs', 'redis://localhost')).toBe(true);
  expect(samePlace('redis://localhost?prefix=old', 'redis://localhost')).toBe(false);
  expect(samePlace('http://logs/', 'http://logs')).toBe(true);
  rmSync(folder, { recursive: true });
});

test('a service whose archive is its own store is refused: what is moved there would be deleted', async () => {
  using program = new Program();
  const store = join(program.home, 'store.sqlite');
  const { code, stdout, stderr } = await program.run('serve', '--port', '0', '--archive', `sqlite:${store}`);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('--archive');
});
