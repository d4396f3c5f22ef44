import { expect, test } from 'vitest';
import { placedUrl } from '../../../../src/extension/connect/placedUrl.ts';
import { english } from '../words.ts';

const places = { home: '/home/me', workspace: '/srv/app', staleAfterMinutes: 35 };
const placed = (url: string, change: Partial<typeof places> | { workspace: undefined } = {}) =>
  placedUrl(url, { ...places, ...change }, english.t);

test.each([
  ['checkpoint:/tmp/kubexm', 'checkpoint:/tmp/kubexm'],
  ['checkpoint:kubexm', 'checkpoint:/srv/app/kubexm'],
  ['checkpoint:./a/../b', 'checkpoint:/srv/app/b'],
  ['checkpoint:~', 'checkpoint:/home/me'],
  ['checkpoint:~/kubexm', 'checkpoint:/home/me/kubexm'],
  ['checkpoint:~other', 'checkpoint:/srv/app/~other'],
])('%s begins where it says, at home or at the workspace folder', (url, opened) => {
  expect(placed(url)).toBe(opened);
});

test.each(['https://a/deployment-log:x', 'sqlite:a', 'memory:', 'jobs+https://a'])('%s stays as it is', (url) => {
  expect(placed(url)).toBe(url);
});

test.each([
  ['deployment-log:logs', 'deployment-log:/srv/app/logs?stale=35m'],
  ['deployment-log:logs/deploy_?.json', 'deployment-log:/srv/app/logs/deploy_?.json?stale=35m'],
  ['deployment-log:/logs?stale=2m', 'deployment-log:/logs?stale=2m'],
])('%s is told when a deployment counts as interrupted', (url, opened) => {
  expect(placed(url)).toBe(opened);
});

test('a path that is relative to nothing is refused in words', () => {
  expect(() => placed('deployment-log:logs', { workspace: undefined })).toThrow(
    expect.objectContaining({ code: 'invalidRequest', message: expect.stringContaining('“logs” is relative') }),
  );
  expect(placed('deployment-log:/logs', { workspace: undefined })).toBe('deployment-log:/logs?stale=35m');
});
