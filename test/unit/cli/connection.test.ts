import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { Words, type Verb } from '../../../src/cli/commandLine.ts';
import { archiveOptions, openFrom, openOptions, reachOptions } from '../../../src/cli/connection.ts';
import { environmentCredentials, fileCredentials } from '../../../src/cli/credentials.ts';
import { serve } from '../../../src/cli/serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'execlogs-credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string, mode = 0o600): string {
  const path = join(folder, 'credentials.json');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const verb: Verb = { name: 'v', operands: '', summary: '', options: reachOptions, run: () => Promise.resolve(0) };
const words = (...typed: string[]) => new Words(verb, typed);

describe('credentials', () => {
  test('come from the environment, where it has any', async () => {
    expect(await environmentCredentials({}).get()).toBeUndefined();
    expect(await environmentCredentials({ EXECLOGS_TOKEN: '' }).get()).toBeUndefined();
    expect(await environmentCredentials({ EXECLOGS_TOKEN: 't' }).get()).toEqual({ token: 't' });
    const store = environmentCredentials({ EXECLOGS_USER: 'u', EXECLOGS_PASSWORD: 'p' });
    expect(await store.get()).toEqual({ user: 'u', password: 'p' });
    await store.set({ user: 'u', password: 'p', token: 'exchanged' });
    expect(await store.get()).toMatchObject({ token: 'exchanged' });
  });

  test('of a store and of its archive are each their own, in files and in the environment', async () => {
    const [store, archive] = ['{"token":"store"}', '{"token":"archive"}'].map((text, i) => {
      const path = join(folder, `own-${i}.json`);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    });
    const typed = (...more: string[]) => new Words(serve, more);
    const proofs = async (one: Words) => [
      await (await openOptions(one, 'https://store')).credentials?.get(),
      await (await archiveOptions(one, 'https://archive')).credentials?.get(),
    ];
    expect(await proofs(typed('--credentials', store ?? ''))).toEqual([{ token: 'store' }, undefined]);
    expect(await proofs(typed('--archive-credentials', archive ?? ''))).toEqual([undefined, { token: 'archive' }]);
    vi.stubEnv('EXECLOGS_TOKEN', 'one');
    expect(await proofs(typed())).toEqual([{ token: 'one' }, undefined]);
    vi.stubEnv('EXECLOGS_ARCHIVE_USER', 'u');
    vi.stubEnv('EXECLOGS_ARCHIVE_PASSWORD', 'p');
    expect(await proofs(typed())).toEqual([{ token: 'one' }, { user: 'u', password: 'p' }]);
    vi.unstubAllEnvs();
    const streams = typed('--stream-url', 'https://streams');
    expect((await openOptions(streams, 'https://store')).streamUrl).toBe('https://streams');
    expect((await archiveOptions(streams, 'https://archive')).streamUrl).toBeUndefined();
  });

  test('come from a file, which keeps those that were exchanged for its owner alone', async () => {
    const path = file('{"user":"u","password":"p"}');
    const store = fileCredentials(path);
    expect(await store.get()).toEqual({ user: 'u', password: 'p' });
    await store.set({ user: 'u', password: 'p', refreshToken: 'r' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ user: 'u', password: 'p', refreshToken: 'r' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await fileCredentials(path).get()).toMatchObject({ refreshToken: 'r' });
  });

  test('are refused where others may read them', async () => {
    const refused = fileCredentials(file('{"token":"t"}', 0o640)).get();
    await expect(refused).rejects.toMatchObject({
      code: 'invalidRequest',
      message: expect.stringMatching(/Others may read .* chmod 600/),
    });
  });

  test.each(['secret', '{"tokn":"secret"}', '{"token":5,"user":"secret"}', '{}', '["secret"]', 'null'])(
    'are refused when they are %s, which is not repeated',
    async (text) => {
      const refused = fileCredentials(file(text)).get();
      await expect(refused).rejects.toMatchObject({
        code: 'invalidRequest',
        message: expect.not.stringContaining('secret'),
      });
    },
  );
});

describe('how a connection is reached', () => {
  const https = 'executor+https://host';

  test('is nobody’s business when it is a file', async () => {
    expect(Object.keys(await openOptions(words('--ca', '/nowhere'), 'sqlite:/a'))).toEqual(['notify']);
  });

  test('is what was typed', async () => {
    const ca = join(import.meta.dirname, '../../harness/certificate/certificate.pem');
    const typed = words('--ca', ca, '--insecure', '--stream-url', 'https://streams');
    const options = await openOptions(typed, https);
    expect(options.tls).toEqual({ ca: readFileSync(ca, 'utf8'), allowSelfSigned: true });
    expect(options.streamUrl).toBe('https://streams');
    expect(options.fetch).toBeTypeOf('function');
    expect((await openOptions(typed, 'rediss://host')).fetch).toBeUndefined();
  });

  test.each([
    [['--ca', '/nowhere'], /The CA file \/nowhere cannot be read/],
    [['--ca', import.meta.filename], /no certificates/],
    [['--stream-url', 'streams'], /takes a URL/],
  ])('%j is refused in words', async (typed, refusal) => {
    await expect(openOptions(words(...typed), https)).rejects.toMatchObject({
      code: 'invalidRequest',
      message: expect.stringMatching(refusal),
    });
  });

  test('is never a secret within the URL', async () => {
    const typed = new Words({ ...verb, options: { from: { type: 'string', help: '' } } }, [
      '--from',
      'redis://:hush@host',
    ]);
    await expect(openFrom(typed)).rejects.toMatchObject({
      code: 'invalidRequest',
      message: expect.stringMatching(/^(?!.*hush).*EXECLOGS_TOKEN/),
    });
  });
});
