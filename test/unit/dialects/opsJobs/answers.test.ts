import { expect, test } from 'vitest';
import { openOpsJobs } from '../../../../src/dialects/executor/opsJobs/source.ts';
import { serveHttp } from '../httpServer.ts';

test('an answer that breaks off says that the system is out of reach, which may pass', async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"success": true,', () => response.destroy());
  });
  await using source = openOpsJobs(server.url);
  await expect(source.listExecutions({})).rejects.toMatchObject({ code: 'unavailable' });
});
