import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as requests from '../../../../src/extension/panel/requests.ts';
import { LogError } from '../../../../src/model/errors.ts';

const shapes = Object.entries(requests);

test('whatever a view sends is either read or refused as an invalid request', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), (value) => {
      for (const [, shape] of shapes) {
        try {
          shape(value, 'request');
        } catch (error) {
          expect(error).toBeInstanceOf(LogError);
          expect(error).toMatchObject({ code: 'invalidRequest' });
        }
      }
    }),
  );
});

test('a request is rebuilt from known fields', () => {
  const sent: unknown = JSON.parse('{"execution":"e","__proto__":{"admin":true},"more":1}');
  expect(Object.keys(requests.executionRef(sent, 'request'))).toEqual(['execution']);
});

test('settings that say nothing known are as if they were not set', () => {
  const configured = { timestamps: 'banana', timeZone: 7, wrap: 'yes', collapseWhenFinished: null };
  const defaults = { timestamps: 'off', timeZone: 'local', wrap: false, collapseWhenFinished: 'jobs' };
  expect(requests.configuredView(configured, 'settings')).toEqual(defaults);
  expect(requests.configuredView({}, 'settings')).toEqual(defaults);
});

test('settings that can be used are used beside others', () => {
  const configured = { timestamps: 'delta', timeZone: 'utc', wrap: 'yes', collapseWhenFinished: 'never' };
  expect(requests.configuredView(configured, 'settings')).toEqual({ ...configured, wrap: false });
});

test('a query of every kind of position is understood', () => {
  for (const position of [
    { at: 'start' },
    { at: 'end' },
    { at: 'before', pointer: 'p' },
    { at: 'after', pointer: 'p' },
    { at: 'around', pointer: 'p' },
    { at: 'time', time: 1.5 },
    { at: 'line', line: 7 },
  ]) {
    const query = { execution: 'e', step: 's', host: 'h', position, limit: { lines: 10 } };
    expect(requests.logQuery(query, 'request')).toEqual(query);
  }
});

test.for([
  ['a limit beyond memory', { execution: 'e', position: { at: 'end' }, limit: { bytes: 1e12 } }, 'request.limit.bytes'],
  ['an unknown position', { execution: 'e', position: { at: 'constructor' } }, 'request.position.at'],
  ['a line before the first', { execution: 'e', position: { at: 'line', line: 0 } }, 'request.position.line'],
  ['no execution', { position: { at: 'end' } }, 'request.execution'],
] as const)('%s is refused with its place', ([, value, place]) => {
  expect(() => requests.logQuery(value, 'request')).toThrow(place);
});

test('a link is a URL or a file, and nothing else', () => {
  expect(requests.link({ kind: 'file', path: 'a.ts', line: 3 }, 'link')).toEqual({
    kind: 'file',
    path: 'a.ts',
    line: 3,
  });
  expect(() => requests.link({ kind: 'command', command: 'x' }, 'link')).toThrow(LogError);
});
