import { expect, test } from 'vitest';
import { redactUrl } from '../../../src/extension/connection.ts';
import { parseConnections } from '../../../src/extension/connectionSettings.ts';

test('what can be used is used, and the rest is told', () => {
  const { specs, problems } = parseConnections([
    { name: ' team ', url: 'sqlite:/a' },
    { name: 'team', url: 'sqlite:/b' },
    { name: 'local', url: 'sqlite:/c' },
    { name: '', url: 'sqlite:/d' },
    'sqlite:/e',
    null,
  ]);
  expect(specs).toEqual([{ name: 'team', url: 'sqlite:/a' }]);
  expect(problems).toHaveLength(5);
  expect(parseConnections('sqlite:/a').problems).toHaveLength(1);
  expect(parseConnections(undefined)).toEqual({ specs: [], problems: [] });
});

test('no secret of a URL reaches the output', () => {
  expect(redactUrl('redis://me:secret@host:1/0?token=x')).toBe('redis://…@host:1/0?…');
  expect(redactUrl('sqlite:/home/me/store.sqlite')).toBe('sqlite:/home/me/store.sqlite');
});
