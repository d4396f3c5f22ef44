import { expect, test } from 'vitest';
import { redactedLog } from '../../../../src/extension/connect/redactedLog.ts';
import { ConnectionSecrets } from '../../../../src/extension/connect/secrets.ts';

/** Keeps secrets as the editor does. */
function place() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
  };
}

const team = { name: 'team', url: 'https://logs/a' };

test('credentials are had for a name and whom they are meant for, and for nobody else', async () => {
  const secrets = new ConnectionSecrets(place());
  await secrets.set(team, { token: 'hush' });
  for (const same of [team, { ...team, url: 'executor+https://LOGS:443/b' }])
    expect(await secrets.get(same)).toEqual({ token: 'hush' });
  for (const other of [
    { ...team, name: 'crew' },
    { ...team, url: 'https://logs.evil' },
    { ...team, url: 'http://logs/a' },
    { ...team, url: 'https://logs:8443/a' },
    { ...team, streamUrl: 'https://evil' },
  ])
    expect(await secrets.get(other)).toBeUndefined();
  expect(await secrets.get({ ...team, streamUrl: 'https://logs/stream' })).toEqual({ token: 'hush' });
});

test('they follow a name, never to others, and are forgotten where they were', async () => {
  const { kept, ...rest } = place();
  const secrets = new ConnectionSecrets(rest);
  await secrets.set(team, { token: 'hush' });
  const crew = { ...team, name: 'crew' };
  await secrets.move(team, crew);
  expect([await secrets.get(team), await secrets.get(crew)]).toEqual([undefined, { token: 'hush' }]);
  await secrets.move(crew, { ...crew, url: 'https://elsewhere' });
  expect(kept.size).toBe(0);
});

test('what is exchanged by a system is kept, and what cannot be read is as good as none', async () => {
  const { kept, ...rest } = place();
  const secrets = new ConnectionSecrets(rest);
  await secrets.of(team).set({ user: 'u', password: 'p', token: 'new' });
  expect(await secrets.of(team).get()).toMatchObject({ token: 'new' });
  for (const key of kept.keys()) kept.set(key, '{');
  expect(await secrets.of(team).get()).toBeUndefined();
});

test('no secret that was seen is ever logged', async () => {
  const secrets = new ConnectionSecrets(place());
  await secrets.set(team, { token: 'hush-hush', password: 'psst', refreshToken: 'again' });
  const said: string[] = [];
  const say = (words: string): void => void said.push(words);
  const log = redactedLog({ debug: say, info: say, warn: say, error: say }, (words) => secrets.redact(words));
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    log[level]('GET /?token=hush-hush psst again hush-hush');
  expect(said).toEqual(Array(4).fill('GET /?token=… … … …'));
});
