import { expect, test } from 'vitest';
import { originOf, redactUrl, splitUrl } from '../../../src/base/connectionUrl.ts';

test.each([
  [
    'redis://me:se%20cret@host:1/0?layout=shared',
    'redis://host:1/0?layout=shared',
    { user: 'me', password: 'se cret' },
  ],
  ['redis://:a:b@c@host', 'redis://host', { password: 'a:b@c' }],
  ['https://abc@host/x', 'https://host/x', { user: 'abc' }],
  ['https://host/x?a=1&token=t%2B1#f', 'https://host/x?a=1#f', { token: 't+1' }],
  ['https://host?API_KEY=k', 'https://host', { token: 'k' }],
  ['https://me:100%@host', 'https://host', { user: 'me', password: '100%' }],
])('secrets of %s are taken out of it', (typed, url, credentials) => {
  expect(splitUrl(typed)).toEqual({ url, credentials });
});

test.each(['https://host/a@b?x=y@z', 'sqlite:/home/me@work/store.sqlite', 'redis://host', 'nonsense', ''])(
  '%s has no secret and stays as it is',
  (typed) => {
    expect(splitUrl(typed)).toEqual({ url: typed });
  },
);

test('no secret of a URL reaches a log', () => {
  expect(redactUrl('redis://me:secret@host:1/0?token=x')).toBe('redis://…@host:1/0?…');
  expect(redactUrl('redis://me:sec/ret@host')).toBe('redis://…@host');
  expect(redactUrl('https://host/x#token=1')).toBe('https://host/x?…');
  expect(redactUrl('sqlite:/home/me/store.sqlite')).toBe('sqlite:/home/me/store.sqlite');
});

test('one server is one origin, by whatever dialect, path or spelling', () => {
  for (const url of ['https://Host/a', 'executor+https://host:443', 'jobs+HTTPS://me@host:/b?c'])
    expect(originOf(url)).toBe('https://host:443');
  expect(originOf('redis://host/1')).toBe('redis://host:6379');
  expect(originOf('http://[::1]:08000/x')).toBe('http://[::1]:8000');
  expect(originOf('http://[::1]')).toBe('http://[::1]:80');
});

test('other servers are other origins', () => {
  const urls = ['http://a', 'https://a', 'https://a:8443', 'https://b', 'https://a.b', 'https://a@b@c', 'sqlite:/x'];
  expect(new Set(urls.map(originOf)).size).toBe(urls.length);
});
