import { expect, test } from 'vitest';
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
