import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastNames, placesOf, sharedEnd, type LinkContext } from '../../../../src/extension/panel/linkPlaces.ts';

function places(path: string, context: Partial<LinkContext> = {}): string[] {
  return placesOf(path, { folders: ['/work/app', '/work/lib'], mapping: [], ...context }).map(
    ({ folder, path: names }) => `${folder}:${names.join('/')}`,
  );
}

test('a relative path is sought in every folder, then by its shorter ends', () => {
  expect(places('src/deep/a.ts')).toEqual(['0:src/deep/a.ts', '1:src/deep/a.ts', '0:deep/a.ts', '1:deep/a.ts']);
});

test('where the command ran comes first', () => {
  expect(places('../a.ts', { directory: '/work/app/sub' })).toEqual(['0:a.ts']);
  expect(places('x/a.ts', { directory: '/work/lib/sub' })[0]).toBe('1:sub/x/a.ts');
});

test('an absolute path counts as it is when it lies in a folder', () => {
  expect(places('/work/lib/src/a.ts')[0]).toBe('1:src/a.ts');
});

test('a path of another machine is found by its end', () => {
  expect(places('/build/agent/src/a.ts')).toContain('0:src/a.ts');
});

test('a mapping replaces a beginning', () => {
  expect(places('/build/7/src/a.ts', { mapping: [['/build/7', '/work/app']] })[0]).toBe('0:src/a.ts');
});

test('Windows paths are understood', () => {
  expect(places('C:\\work\\src\\a.ts', { folders: ['/c:/work'] })[0]).toBe('0:src/a.ts');
});

test.for([
  '../../etc/passwd',
  '/etc/passwd',
  '/work/app/../../etc/passwd',
  'file:///etc/passwd',
  '/work/application/x',
])('%s leads nowhere outside', (path) => {
  for (const place of places(path, { directory: '/work/app' })) expect(place).not.toMatch(/\.\.|etc\/passwd$/);
});

test('no path leaves the folders, whatever it is', () => {
  const name = fc.constantFrom('..', '.', '', 'src', 'a.ts', '/', '\\', 'C:', '\0', '%2e%2e', 'work', 'app');
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), fc.constantFrom('', '/', 'file://', 'C:\\'), (names, start) => {
      for (const { path } of placesOf(start + names.join('/'), {
        folders: ['/work/app'],
        directory: '/work/app/sub',
        mapping: [['src', '../..']],
      })) {
        expect(path.length).toBeGreaterThan(0);
        for (const one of path) expect(one).not.toMatch(/^\.{0,2}$|[/\\\0]/);
      }
    }),
  );
});

test('the best of several finds shares the longest end', () => {
  expect(lastNames('/x/y/z.ts')).toEqual(['y', 'z.ts']);
  expect(sharedEnd('/build/pkg/src/a.ts', ['work', 'pkg', 'src', 'a.ts'])).toBe(3);
});
