import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Words } from '../../../src/cli/commandLine.ts';
import { send } from '../../../src/cli/send.ts';
import { Spool } from '../../../src/record/spool/spool.ts';
import { serveHttp } from '../dialects/httpServer.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'execlogs-send-'));
  vi.stubEnv('EXECLOGS_HOME', home);
  vi.stubEnv('EXECLOGS_TOKEN', 'for-one-of-them');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const taking = () => serveHttp((_, response) => void response.writeHead(204).end());

async function leave(to: string): Promise<void> {
  const spool = await Spool.create(join(home, 'spool'), to);
  await spool.append({ call: 'createExecution', argument: { execution: 'e', name: 'n', startedAt: 1 } });
  await spool.close();
}

test('a token goes to the service it is for, and not to the others that something is left for', async () => {
  await using one = await taking();
  await using other = await taking();
  for (const { url } of [one, other]) await leave(url);
  await expect(send.run(new Words(send, []))).rejects.toMatchObject({
    code: 'invalidRequest',
    message: expect.stringMatching(/--to for which one the credentials are/),
  });
  expect([one.requests.length, other.requests.length]).toEqual([0, 0]);
  expect(await send.run(new Words(send, ['--to', one.url]))).toBe(0);
  expect([one.requests[0]?.headers.authorization, other.requests.length]).toEqual(['Bearer for-one-of-them', 0]);
  vi.stubEnv('EXECLOGS_TOKEN', '');
  expect(await send.run(new Words(send, []))).toBe(0);
  expect(other.requests[0]?.headers.authorization).toBeUndefined();
});
