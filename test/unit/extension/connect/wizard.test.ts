import { expect, test } from 'vitest';
import { addConnection } from '../../../../src/extension/connect/wizard.ts';
import type { Draft } from '../../../../src/extension/connect/draft.ts';
import type { Found } from '../../../../src/extension/connect/probe.ts';
import { LogError } from '../../../../src/model/errors.ts';
import { english } from '../words.ts';
import { back, leave, ScriptedUser } from './scriptedUser.ts';

const found: Found = {
  system: { name: 'Execution Logs', version: '1.2.3' },
  executions: 12,
  more: false,
  milliseconds: 7,
};
const unauthorized = new LogError('unauthorized', 'Who are you?');

/** A system that wants a token. */
const guarded = async ({ credentials }: Draft) => (credentials?.token === 'right' ? found : unauthorized);
const open = async () => found;

async function lead(
  answers: ScriptedUser['answers'],
  attempt: (draft: Draft) => Promise<Found | LogError | 'cancelled'>,
) {
  const user = new ScriptedUser(answers);
  const tried: Draft[] = [];
  const draft = await addConnection({
    ask: user,
    words: english,
    attempt: (one) => (tried.push(one), attempt(one)),
    taken: ['logs.example.com'],
  });
  expect(user.answers, 'nobody was asked for the rest').toEqual([]);
  return { draft, tried, asked: user.asked };
}

test('an open system is found at its address and named after it', async () => {
  const { draft, tried, asked } = await lead(['Log service', 'logs.example.com', 'Without', '⏎'], open);
  expect(draft).toMatchObject({ url: 'https://logs.example.com', name: 'logs.example.com 2', level: 'user' });
  expect(draft?.credentials).toBeUndefined();
  expect(tried).toHaveLength(1);
  expect(asked.at(-1)).toBe('Found: Execution Logs 1.2.3 · 12 executions · 7 ms. What shall it be called?');
});

test('a guarded system is tried again with the token', async () => {
  const { draft, tried } = await lead(['Log service', 'http://logs:8000', 'With a token', ' right ', 'team'], guarded);
  expect(draft).toMatchObject({ url: 'http://logs:8000', name: 'team', credentials: { token: 'right' }, tried: found });
  expect(tried.map(({ credentials }) => credentials)).toEqual([undefined, { token: 'right' }]);
});

test('what refuses the token is asked about again', async () => {
  const { draft, asked } = await lead(
    ['Log service', 'https://logs', 'With a token', 'wrong', 'Change what', 'right', '⏎'],
    guarded,
  );
  expect(draft).toMatchObject({ credentials: { token: 'right' } });
  expect(asked).toContain('You are not signed in. Who are you?');
});

test('a password within the address is taken out of it, and used', async () => {
  const { draft, tried } = await lead(['Redis, as', 'redis://me:hush@redis.example.com/1', 'cache'], open);
  expect(draft).toMatchObject({ url: 'redis://redis.example.com/1', credentials: { user: 'me', password: 'hush' } });
  expect(tried[0]?.credentials?.password).toBe('hush');
});

test('the shared stream of a Redis is asked for by the address', async () => {
  const { draft } = await lead(['Redis of', 'redis.example.com:6380/2', 'With user', '', 'hush', '⏎'], open);
  expect(draft).toMatchObject({
    url: 'redis://redis.example.com:6380/2?layout=shared',
    credentials: { password: 'hush' },
    name: 'redis.example.com:6380',
  });
});

test('a store needs nobody to sign in', async () => {
  const { draft } = await lead(['A store', '/data/team.sqlite', '⏎'], open);
  expect(draft).toMatchObject({ url: 'sqlite:/data/team.sqlite', name: 'team' });
});

test.each([
  ['Deployment log', 'deployment-log:/work/agent_logs', 'agent_logs', '/work/agent_logs'],
  ['kubexm', 'checkpoint:/tmp/kubexm', 'kubexm', '/tmp/kubexm'],
])('%s files are read from a folder chosen in the editor’s dialog', async (kind, url, name, folder) => {
  const { draft, asked } = await lead([kind, 'Choose a folder', leave, 'Choose a folder', folder, '⏎'], open);
  expect(draft).toMatchObject({ url, name });
  expect(draft?.credentials).toBeUndefined();
  expect(asked.filter((words) => /sign in/i.test(words))).toEqual([]);
});

test('a path or a pattern can be typed, and the user can change their mind', async () => {
  const answers = ['Deployment', 'Type a path', back, 'Type a path', ' ', 'agent_logs/deploy_*.json', '⏎'];
  expect((await lead(answers, open)).draft).toMatchObject({
    url: 'deployment-log:agent_logs/deploy_*.json',
    name: 'agent_logs',
  });
});

test('an API is what the user says it is', async () => {
  const jobs = await lead(['Job API', 'jobs.example.com', 'Without', '⏎'], open);
  expect(jobs.draft).toMatchObject({ url: 'jobs+https://jobs.example.com', name: 'jobs.example.com' });
  const cron = await lead(['Cron-job', 'http://cron:8000/base', 'With a token', 't', '⏎'], open);
  expect(cron.draft).toMatchObject({ url: 'cronjobs+http://cron:8000/base', credentials: { token: 't' } });
});

test('where it cannot be found out what answers, the user says it', async () => {
  const jobs = async ({ url }: Draft) =>
    url.startsWith('jobs+') ? found : new LogError('invalidRequest', 'What answers there is not known.');
  const answers = ['Log service', 'https://a', 'cron-job API', 'Find out', 'Take it for a job API', 'Without', '⏎'];
  const { draft, tried, asked } = await lead(answers, jobs);
  expect(tried.map(({ url }) => url)).toEqual(['https://a', 'cronjobs+https://a', 'https://a', 'jobs+https://a']);
  expect(draft).toMatchObject({ url: 'jobs+https://a', kind: 'jobs' });
  expect(asked).toContain('What answers there is not known.');
});

test('what the list says is told where there is nothing to count', async () => {
  const silent = async () => ({ ...found, executions: 0, notice: 'Jobs are opened by their ids.' });
  const { asked } = await lead(['Job API', 'https://a', 'Without', '⏎'], silent);
  expect(asked.at(-1)).toBe(
    'Found: Execution Logs 1.2.3 · Jobs are opened by their ids · 7 ms. What shall it be called?',
  );
});

test('what is no address or no free name is said while it is typed', async () => {
  const { draft, asked } = await lead(
    ['Log service', 'ftp://x', ' ', 'https://logs', 'Without', 'local', 'logs.example.com', 'ok'],
    open,
  );
  expect(draft?.name).toBe('ok');
  expect(asked.filter((words) => words.startsWith('!'))).toHaveLength(4);
});

test('one can go back to any question and answer otherwise', async () => {
  const { draft } = await lead(
    [
      'Redis, as',
      back,
      'Log service',
      'https://a',
      'With a token',
      back,
      back,
      'https://b',
      'Without',
      back,
      'Without',
      '⏎',
    ],
    open,
  );
  expect(draft).toMatchObject({ kind: 'service', url: 'https://b', name: 'b' });
  expect(draft?.credentials).toBeUndefined();
});

test('what cannot be reached is tried again, trusted, or kept as it is', async () => {
  const failures = [
    new LogError('unavailable', 'The certificate is not trusted'),
    new LogError('unavailable', 'The certificate is not trusted'),
    new LogError('unavailable', 'no route'),
  ];
  const { draft, tried, asked } = await lead(
    [
      'Log service',
      'https://logs',
      'certificate file',
      '/ca.pem',
      'self-signed',
      'Keep it',
      'With a token',
      't',
      'Try again',
      'n',
    ],
    async () => failures.shift() ?? (tried4++ === 0 ? 'cancelled' : found),
  );
  expect(tried.slice(0, 3).map(({ ca, allowSelfSigned }) => [ca, allowSelfSigned])).toEqual([
    [undefined, undefined],
    ['/ca.pem', undefined],
    ['/ca.pem', true],
  ]);
  expect(draft).toMatchObject({ ca: '/ca.pem', allowSelfSigned: true, credentials: { token: 't' }, tried: found });
  expect(asked).toContain('It was not tried to the end.');
});
let tried4 = 0;

test('who leaves has added nothing', async () => {
  for (const answers of [[leave], ['Log service', leave], ['Log service', 'https://a', leave]])
    expect((await lead(answers, open)).draft).toBeUndefined();
});
