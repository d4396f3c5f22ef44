import { describe, expect, test } from 'vitest';
import { Callers, isLoopback, type CallerRules } from '../../../src/service/callers.ts';

function refuses(headers: Readonly<Record<string, string>>, rules: CallerRules = {}): boolean {
  try {
    new Callers(rules).check({
      method: 'GET',
      target: '/',
      header: (name) => headers[name],
      body: (async function* () {})(),
      signal: new AbortController().signal,
    });
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'forbidden' });
    return true;
  }
}

describe('Host', () => {
  test.each(['localhost', 'localhost:8000', 'LOCALHOST', '127.0.0.1', '127.0.0.1:1', '127.1.2.3', '[::1]', '[::1]:80'])(
    '%s is ours',
    (host) => {
      expect(refuses({ host })).toBe(false);
    },
  );

  test.each([
    ...['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'evil.example:8000', 'notlocalhost'],
    ...[
      '',
      ':80',
      '127.0.0.1:80:80',
      '127.0.0.1 evil',
      'localhost@evil.example',
      '10.0.0.1',
      '[fe80::1]',
      'localhost.',
    ],
  ])('%j is not', (host) => {
    expect(refuses({ host })).toBe(true);
  });

  test('is wanted', () => {
    expect(refuses({})).toBe(true);
  });

  test('may be a name that was allowed, or any address where the service listens elsewhere', () => {
    expect(refuses({ host: 'Logs.example.com:8000' }, { hosts: ['logs.example.com'] })).toBe(false);
    expect(refuses({ host: 'logs.example.com.evil' }, { hosts: ['logs.example.com'] })).toBe(true);
    expect(refuses({ host: '10.0.0.1:8000' }, { anyAddress: true })).toBe(false);
    expect(refuses({ host: '[fe80::1]:8000' }, { anyAddress: true })).toBe(false);
    expect(refuses({ host: 'evil.example' }, { anyAddress: true })).toBe(true);
  });
});

describe('Origin', () => {
  const host = 'localhost:8000';

  test.each(['https://evil.example', 'http://localhost:8000', 'null', '', 'vscode-webview://x'])(
    '%j is refused',
    (origin) => {
      expect(refuses({ host, origin })).toBe(true);
    },
  );

  test('may be a page that was allowed, to the letter', () => {
    const origins = ['https://portal.example'];
    expect(refuses({ host, origin: 'https://portal.example' }, { origins })).toBe(false);
    expect(refuses({ host, origin: 'https://portal.example.evil' }, { origins })).toBe(true);
    expect(refuses({ host, origin: 'http://portal.example' }, { origins })).toBe(true);
  });

  test('may be missing, unless a browser says that another page asks', () => {
    expect(refuses({ host, 'sec-fetch-site': 'cross-site' })).toBe(true);
    expect(refuses({ host, 'sec-fetch-site': 'same-site' })).toBe(true);
    expect(refuses({ host, 'sec-fetch-site': 'none' })).toBe(false);
  });
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.0.1', false],
  ['localhost.example', false],
])('%s being loopback is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
