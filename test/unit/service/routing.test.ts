import { describe, expect, test } from 'vitest';
import { json, type Route } from '../../../src/dialects/http.ts';
import { Routing } from '../../../src/service/routing.ts';

function route(method: Route['method'], path: string): Route {
  return { method, path, needs: 'read', answer: () => json({}) };
}

const routing = new Routing([
  route('GET', '/healthz'),
  route('GET', '/records/'),
  route('POST', '/records/'),
  route('GET', '/records/:id/'),
  route('GET', '/records/:id/steps/:step/'),
  route('GET', '/records/latest/'),
]);

function matched(method: string, path: string) {
  const { route: found, params } = routing.match(method, path);
  return [found.path, { ...params }];
}

describe('a path', () => {
  test('is found with its names, with and without a slash at its end', () => {
    expect(matched('GET', '/records/a/steps/b/')).toEqual(['/records/:id/steps/:step/', { id: 'a', step: 'b' }]);
    expect(matched('GET', '/records/a/steps/b')).toEqual(['/records/:id/steps/:step/', { id: 'a', step: 'b' }]);
    expect(matched('GET', '/healthz/')).toEqual(['/healthz', {}]);
  });

  test('is decoded once, and is a name whatever it holds', () => {
    expect(matched('GET', '/records/a%2Fb%252F/')).toEqual(['/records/:id/', { id: 'a/b%2F' }]);
    expect(matched('GET', '/records/%2e%2e%2fetc/')).toEqual(['/records/:id/', { id: '../etc' }]);
    expect(matched('GET', '/records/__proto__/')).toEqual(['/records/:id/', Object.fromEntries([['id', '__proto__']])]);
    expect(matched('GET', '/records/../')).toEqual(['/records/:id/', { id: '..' }]);
  });

  test('with a word of its own comes before one with a name', () => {
    expect(matched('GET', '/records/latest/')[0]).toBe('/records/latest/');
  });

  test('that is empty where a name should be is not found', () => {
    expect(() => routing.match('GET', '/records//steps/b/')).toThrow('nothing under this path');
    expect(() => routing.match('GET', '/records//')).toThrow('nothing under this path');
    expect(() => routing.match('GET', '')).toThrow('nothing under this path');
  });

  test.each(['/records/%/', '/records/%zz/', '/records/%ff%fe/', '/records/%E0%A4%A/'])(
    'whose encoding is damaged is an invalid request: %s',
    (path) => {
      expect(() => routing.match('GET', path)).toThrow(expect.objectContaining({ code: 'invalidRequest' }));
    },
  );

  test('with an id of more than 1,024 characters is refused', () => {
    expect(matched('GET', `/records/${'x'.repeat(1_024)}/`)[0]).toBe('/records/:id/');
    expect(() => routing.match('GET', `/records/${'x'.repeat(1_025)}/`)).toThrow('too long');
    expect(() => routing.match('GET', `/records/${'%41'.repeat(1_025)}/`)).toThrow('too long');
  });
});

describe('a method', () => {
  test('that the path does not have is refused with those it has', () => {
    expect(() => routing.match('DELETE', '/records/')).toThrow('Use GET, HEAD, OPTIONS, POST.');
    expect(routing.methodsOf('/nothing/')).toEqual([]);
  });

  test('HEAD is answered by who answers GET', () => {
    expect(matched('HEAD', '/records/')[0]).toBe('/records/');
  });

  test('is not repeated when it is no word', () => {
    expect(() => routing.match('<b>', '/records/')).toThrow('This method is not');
  });
});
