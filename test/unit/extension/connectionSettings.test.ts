import { expect, test } from 'vitest';
import { isFolder, isRemote } from '../../../src/extension/connect/spec.ts';
import { parseConnections } from '../../../src/extension/connectionSettings.ts';

function parsed(user: unknown, workspace?: unknown) {
  return parseConnections([
    { level: 'user', value: user },
    { level: 'workspace', value: workspace },
  ]);
}

test('what can be used is used, and the rest is told', () => {
  const { specs, problems } = parsed([
    { name: ' team ', url: 'sqlite:/a' },
    { name: 'team', url: 'sqlite:/b' },
    { name: 'local', url: 'sqlite:/c' },
    { name: '', url: 'sqlite:/d' },
    'sqlite:/e',
    null,
  ]);
  expect(specs).toEqual([{ name: 'team', url: 'sqlite:/a', level: 'user' }]);
  expect(problems).toHaveLength(5);
  expect(parsed('sqlite:/a').problems).toHaveLength(1);
  expect(parsed(undefined)).toEqual({ specs: [], problems: [] });
});

test('a workspace adds to what the user has, and takes no name from it', () => {
  const { specs, problems } = parsed(
    [{ name: 'team', url: 'https://ours' }],
    [
      { name: 'team', url: 'https://theirs' },
      { name: 'here', url: 'https://here' },
    ],
  );
  expect(specs.map(({ name, url, level }) => [name, url, level])).toEqual([
    ['team', 'https://ours', 'user'],
    ['here', 'https://here', 'workspace'],
  ]);
  expect(problems).toEqual([expect.stringMatching(/of the workspace, entry 1: .*taken/)]);
});

test('everything of an entry is read', () => {
  const entry = {
    name: 'team',
    url: 'https://host',
    streamUrl: 'https://streams',
    ca: '/ca.pem',
    proxy: '',
    allowSelfSigned: true,
    connect: 'automatic',
  };
  const { connect: _, ...same } = entry;
  expect(parsed([entry]).specs).toEqual([{ ...same, automatic: true, level: 'user' }]);
});

test('only the user’s own settings connect by themselves', () => {
  const entry = { name: 'team', url: 'https://host', connect: 'automatic' };
  expect(parsed([], [entry]).specs).toEqual([{ name: 'team', url: 'https://host', level: 'workspace' }]);
});

test.each([
  [{ ca: 5 }, /"ca" is text/],
  [{ streamUrl: [] }, /"streamUrl" is text/],
  [{ allowSelfSigned: 'yes' }, /true or false/],
  [{ connect: true }, /"automatic" or "manual"/],
  [{ url: 'https://me:hush@host' }, /^(?!.*hush).*https:\/\/…@host holds credentials/],
  [{ streamUrl: 'https://host?token=hush' }, /^(?!.*hush).*holds credentials/],
  [{ proxy: 'http://me:hush@proxy' }, /^(?!.*hush).*holds credentials/],
])('%j is told to be wrong, without secrets', (wrong, words) => {
  const { specs, problems } = parsed([{ name: 'team', url: 'https://host', ...wrong }]);
  expect(specs).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(words)]);
});

test('folders and every API are connections', () => {
  const urls = ['deployment-log:agent_logs', 'checkpoint:~/kubexm', 'cronjobs+https://a', 'jobs+http://b:9000/api'];
  const { specs, problems } = parsed(urls.map((url, index) => ({ name: String(index), url })));
  expect(problems).toEqual([]);
  expect(specs.map(({ url }) => url)).toEqual(urls);
  expect(specs.map((spec) => [isFolder(spec), isRemote(spec)])).toEqual([
    [true, false],
    [true, false],
    [false, true],
    [false, true],
  ]);
});
