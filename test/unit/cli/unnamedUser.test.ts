import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { userName } from '../../../src/cli/userName.ts';
import { homeFolder } from '../../../src/sources/home.ts';

/** What the system says of a user id that it knows no name of, as in a container that runs as an arbitrary one. */
function unknownUser(): never {
  throw new Error('uv_os_get_passwd returned ENOENT');
}

test('a user without a name is called by what the environment says, else by its id', () => {
  expect(userName({}, unknownUser)).toBe(String(process.getuid?.()));
  expect(userName({ USER: 'ann' }, unknownUser)).toBe('ann');
  expect(userName({ USER: 'ann' })).toBe(userInfo().username);
});

test('no home is looked for where one is named, and the lack of one is told with what to do', () => {
  expect(homeFolder({ EXECLOGS_HOME: '/store' }, 'linux', unknownUser)).toBe('/store');
  expect(homeFolder({ XDG_DATA_HOME: '/data' }, 'linux', unknownUser)).toBe('/data/execlogs');
  expect(() => homeFolder({}, 'linux', unknownUser)).toThrow(/EXECLOGS_HOME/);
});
