import { readFileSync } from 'node:fs';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectFetch, type Network } from '../../../src/sources/fetch.ts';

const folder = join(import.meta.dirname, '../../harness/certificate');
const ca = readFileSync(join(folder, 'certificate.pem'), 'utf8');
const key = readFileSync(join(folder, 'key.pem'), 'utf8');

const hello: RequestListener = (asked, answer) => answer.end(`hello ${asked.headers.authorization ?? 'stranger'}`);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server with a certificate that nobody knows. */
async function secureServer(): Promise<string> {
  return `https://127.0.0.1:${await listening(createSecureServer({ cert: ca, key }, hello))}`;
}

/** A proxy, and what it was asked for. */
async function startProxy(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer((incoming, answer) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    const onward = request(incoming.url ?? '', { headers: incoming.headers }, (got) => got.pipe(answer));
    incoming.pipe(onward);
  });
  proxy.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`);
    const [host, port] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return { url: `http://127.0.0.1:${await listening(proxy)}`, asked };
}

async function fetched(url: string, network: Network, env: Record<string, string> = {}): Promise<string> {
  await using connected = await connectFetch(network, env);
  const answer = await connected.fetch(url, { headers: { authorization: 'Bearer t' } });
  return await answer.text();
}

test('a certificate nobody knows is refused, with what to do', async () => {
  const url = await secureServer();
  for (const network of [{}, { proxy: '' }])
    await expect(fetched(url, network)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /certificate of https:\/\/127\.0\.0\.1:\d+ is not trusted here: [^;]+\. Give the connection the CA file/,
      ),
    });
});

test('a CA file makes it known, and so does allowing any', async () => {
  const url = await secureServer();
  expect(await fetched(url, { ca })).toBe('hello Bearer t');
  expect(await fetched(url, { allowSelfSigned: true })).toBe('hello Bearer t');
});

test('what is no certificate is told at once', async () => {
  await expect(connectFetch({ ca: 'hello' }, {})).rejects.toMatchObject({ code: 'invalidRequest' });
});

test('a proxy is gone through, by tunnel to what is encrypted', async () => {
  const plain = `http://127.0.0.1:${await listening(createServer(hello))}/x`;
  const secure = await secureServer();
  const proxy = await startProxy();
  expect(await fetched(plain, { proxy: proxy.url })).toBe('hello Bearer t');
  expect(await fetched(secure, { proxy: proxy.url, ca })).toBe('hello Bearer t');
  expect(proxy.asked).toEqual([`GET ${plain}`, `CONNECT ${new URL(secure).host}`]);
});

test('the environment names a proxy, its exceptions, and a connection its own', async () => {
  const plain = `http://127.0.0.1:${await listening(createServer(hello))}/`;
  const proxy = await startProxy();
  expect(await fetched(plain, {}, { HTTP_PROXY: proxy.url })).toBe('hello Bearer t');
  expect(proxy.asked).toEqual([`GET ${plain}`]);
  await fetched(plain, {}, { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
  await fetched(plain, { proxy: '' }, { HTTP_PROXY: proxy.url });
  await fetched(plain, { proxy: proxy.url, noProxy: '127.0.0.1' });
  expect(proxy.asked).toHaveLength(1);
});

test('a proxy that is none is told at once', async () => {
  for (const proxy of ['proxy:3128', 'ftp://proxy', 'nonsense'])
    await expect(connectFetch({ proxy }, {})).rejects.toMatchObject({ code: 'invalidRequest' });
});

test('an abort is passed on as it is', async () => {
  const url = `http://127.0.0.1:${await listening(createServer(() => undefined))}/`;
  for (const network of [{}, { proxy: '', allowSelfSigned: true }]) {
    await using connected = await connectFetch(network, {});
    const reason = new Error('enough');
    await expect(connected.fetch(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  }
});
