import { expect, test } from 'vitest';
import { changedEntries, entryOf, parseConnections } from '../../../../src/extension/connectionSettings.ts';
import { specOf, type Draft } from '../../../../src/extension/connect/draft.ts';
import { draftOf, editConnection } from '../../../../src/extension/connect/edit.ts';
import type { ConnectionSpec } from '../../../../src/extension/connect/spec.ts';
import { LogError } from '../../../../src/model/errors.ts';
import { english } from '../words.ts';
import { back, leave, ScriptedUser } from './scriptedUser.ts';

const team: ConnectionSpec = { name: 'team', url: 'https://logs', proxy: 'http://proxy:1', level: 'user' };

async function edit(spec: ConnectionSpec, answers: ScriptedUser['answers']) {
  const user = new ScriptedUser(answers);
  const tried: Draft[] = [];
  const attempt = async (draft: Draft) => {
    tried.push(draft);
    return new LogError('unavailable', 'no route');
  };
  const draft = await editConnection(draftOf(spec), { ask: user, words: english, attempt, taken: ['crew'] });
  expect(user.answers, 'nobody was asked for the rest').toEqual([]);
  return { spec: draft && specOf(draft), draft, tried: tried.length, asked: user.asked };
}

test('what does not change how it is reached is not tried', async () => {
  expect(await edit(team, ['Name', 'crew', 'mates'])).toMatchObject({ spec: { ...team, name: 'mates' }, tried: 0 });
  expect(await edit(team, ['by itself'])).toMatchObject({ spec: { ...team, automatic: true }, tried: 0 });
});

test.each<[string, string, Partial<ConnectionSpec>]>([
  ['Certificate', '/ca.pem', { ca: '/ca.pem' }],
  ['Proxy', 'http://other:2', { proxy: 'http://other:2' }],
  ['event streams', 'https://streams', { streamUrl: 'https://streams' }],
])('%s is changed and tried, and kept when the user says so', async (part, typed, change) => {
  const { spec, tried } = await edit(team, [part, typed, 'Keep it']);
  expect(spec).toEqual({ ...team, ...change });
  expect(tried).toBe(1);
});

test('what answers at an address can be said, and left to be found out again', async () => {
  const { spec } = await edit(team, ['What answers', 'a job API', 'Keep it']);
  expect(spec).toEqual({ ...team, url: 'jobs+https://logs' });
  expect((await edit({ ...team, url: 'jobs+https://logs' }, ['What answers', 'Find out', 'Keep it'])).spec).toEqual(
    team,
  );
});

test('a folder is changed as it was typed', async () => {
  const logs: ConnectionSpec = { name: 'logs', url: 'deployment-log:agent_logs', level: 'workspace' };
  const { spec, asked } = await edit(logs, ['Address', '~/deploy_*.json', 'Keep it']);
  expect(spec).toEqual({ ...logs, url: 'deployment-log:~/deploy_*.json' });
  expect(asked[1]).toMatch(/path of a folder/);
});

test('what is emptied is taken out', async () => {
  expect((await edit(team, ['Proxy', '', 'Keep it'])).spec).toEqual({
    name: 'team',
    url: 'https://logs',
    level: 'user',
  });
});

test('a password typed into a changed address is taken out of it', async () => {
  const { draft } = await edit(team, ['Address', 'https://me:hush@other', 'Keep it']);
  expect(draft).toMatchObject({ url: 'https://other', credentials: { user: 'me', password: 'hush' } });
});

test('only the user’s own connections may connect by themselves, and a file needs no network', async () => {
  const { asked } = await edit({ ...team, level: 'workspace' }, [leave]);
  expect(asked).toEqual(['What shall be changed?']);
  await expect(edit({ ...team, level: 'workspace' }, ['by itself'])).rejects.toThrow(/no “by itself”/);
  await expect(edit({ ...team, url: 'sqlite:/a' }, ['Proxy'])).rejects.toThrow(/no “Proxy”/);
});

test('one can go back and leave it as it was', async () => {
  expect((await edit(team, ['Name', back, leave])).spec).toBeUndefined();
});

test('a connection is written so that it reads back the same, among what others wrote', () => {
  const spec: ConnectionSpec = { ...team, ca: '/ca', allowSelfSigned: true, automatic: true, streamUrl: 'https://s' };
  const entries = changedEntries(
    [5, { name: ' team ', url: 'old' }, { name: 'crew', url: 'x' }],
    'team',
    entryOf(spec),
  );
  expect(entries).toEqual([5, entryOf(spec), { name: 'crew', url: 'x' }]);
  expect(parseConnections([{ level: 'user', value: [entryOf(spec)] }]).specs).toEqual([spec]);
  expect(changedEntries(undefined, undefined, entryOf(team))).toEqual([entryOf(team)]);
  expect(changedEntries(entries, 'crew', undefined)).toHaveLength(2);
  expect(changedEntries('nonsense', 'crew', undefined)).toEqual([]);
});
