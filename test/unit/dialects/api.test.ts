import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Api } from '../../../src/dialects/api.ts';
import { serveHttp } from './httpServer.ts';

test('an answer that is larger than it looks is not read to its end', async () => {
  const packed = gzipSync(Buffer.alloc(300 * 1_048_576, ' '), { level: 1 });
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
  });
  const api = new Api(server.url, {});
  await expect(api.json('/it/')).rejects.toThrow('answers with more than 268435456 bytes');
  api.close();
});
