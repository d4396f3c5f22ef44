import { describe, expect, it } from 'vitest';
import { defaultConnection, homeFolder, networkDriveNotice } from '../../../src/sources/home.ts';

describe('the home folder', () => {
  it('is what EXECLOGS_HOME says, on every platform', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const)
      expect(homeFolder({ EXECLOGS_HOME: '/srv/logs', HOME: '/home/ann' }, platform)).toBe('/srv/logs');
  });

  it("is in the platform's place for a user's data otherwise", () => {
    const env = { HOME: '/home/ann' };
    expect(homeFolder(env, 'linux')).toBe('/home/ann/.local/share/execlogs');
    expect(homeFolder({ ...env, XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/execlogs');
    expect(homeFolder({ ...env, XDG_DATA_HOME: 'not/absolute' }, 'linux')).toBe('/home/ann/.local/share/execlogs');
    expect(homeFolder(env, 'darwin')).toBe('/home/ann/Library/Application Support/execlogs');
    expect(homeFolder({ LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local' }, 'win32')).toBe(
      'C:\\Users\\ann\\AppData\\Local\\execlogs',
    );
  });

  it('holds the store that is always there', () => {
    expect(defaultConnection('/srv/logs/')).toBe('sqlite:/srv/logs/store.sqlite');
  });
});

describe('a store on a network drive', () => {
  it('is told, also when its folder is not there yet', () => {
    const nfs = (path: string): { type: number } => {
      if (path !== '/mnt/share') throw new Error('not there');
      return { type: 0x6969 };
    };
    expect(networkDriveNotice('/mnt/share/new/store.sqlite', nfs)).toMatch(/NFS.*EXECLOGS_HOME/);
    expect(networkDriveNotice('/mnt/share', () => ({ type: 0xff534d42 | 0 }))).toMatch(/SMB/);
    expect(networkDriveNotice('\\\\server\\share\\store.sqlite', () => ({ type: 0 }))).toMatch(/network/);
  });

  it('is not seen on a local disk', () => {
    expect(networkDriveNotice('/srv/logs', () => ({ type: 0xef53 }))).toBeUndefined();
    expect(networkDriveNotice(import.meta.dirname)).toBeUndefined();
  });
});
