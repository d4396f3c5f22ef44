import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { quoteFor, shellKind } from '../../../src/extension/shellQuoting.ts';

test('a POSIX shell passes every word on as it is', () => {
  const words = ['plain', 'two words', "it's", '$HOME `id` $(id)', '"; rm -rf x', '*', '\\', '', 'a\nb', '!x'];
  const line = words.map(quoteFor('posix')).join(' ');
  const output = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  expect(output.split('\0').slice(0, -1)).toEqual(words);
});

test('shells are known by their program', () => {
  expect(shellKind('/usr/bin/zsh')).toBe('posix');
  expect(shellKind('C:\\Windows\\System32\\cmd.exe')).toBe('cmd');
  expect(shellKind('C:\\Program Files\\PowerShell\\7\\pwsh.exe')).toBe('powershell');
});

test('simple words stay readable', () => {
  expect(quoteFor('posix')('examples/self-check.yaml')).toBe('examples/self-check.yaml');
  expect(quoteFor('powershell')("it's")).toBe("'it''s'");
});
