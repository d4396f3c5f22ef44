import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'eventsource';
import { openRedis, type Reply } from '../../src/sources/redis/connection.ts';

const atOnce = 1_000;

/** The chain that comes to mind first: an entry for each line, an event for each entry, JSON for each event. */
export async function serveNaively(redisUrl: string, key: string): Promise<AsyncDisposable & { readonly url: string }> {
  const redis = await openRedis(redisUrl);
  const server = createServer((_, response) => {
    void stream(response);
  });
  const stream = async (response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let last = '0'; !response.destroyed;) {
      const reply = await redis.call(['XREAD', 'COUNT', atOnce, 'STREAMS', key, last]);
      if (!reply) break;
      for (const [id, fields] of entriesIn(reply)) {
        last = String(id);
        const line = { type: 'log', id: last, content: String(fields[1]) };
        if (!response.write(`id: ${last}\nevent: message\ndata: ${JSON.stringify(line)}\n\n`))
          await once(response, 'drain');
      }
    }
    response.end('event: end\ndata: {}\n\n');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** Every line of the stream, in the order it came. */
export async function followNaively(url: string): Promise<string[]> {
  const lines: string[] = [];
  const source = new EventSource(url);
  await new Promise<void>((resolve, reject) => {
    source.addEventListener('message', ({ data }) => {
      lines.push((JSON.parse(String(data)) as { content: string }).content);
    });
    source.addEventListener('end', () => resolve());
    source.addEventListener('error', () => reject(new Error('the stream broke')));
  });
  source.close();
  return lines;
}

function entriesIn(reply: Reply): readonly (readonly [Uint8Array, readonly Uint8Array[]])[] {
  const [[, entries]] = reply as unknown as [[Uint8Array, [Uint8Array, Uint8Array[]][]]];
  return entries;
}
