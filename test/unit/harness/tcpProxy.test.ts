import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TcpProxy } from '../../harness/tcpProxy.ts';

const far: Socket[] = [];
let server: Server;
let proxy: TcpProxy;
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => far.push(socket.on('error', () => undefined))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  proxy = await TcpProxy.open((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  for (const socket of far.splice(0)) socket.destroy();
  server.close();
});

/** Whatever the reason. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function pair(): Promise<{ near: Socket; other: Socket; received: () => string }> {
  const near = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  await once(server, 'connection');
  const other = far.at(-1);
  if (!other) throw new Error('no connection');
  const chunks: Buffer[] = [];
  near.on('data', (bytes: Buffer) => chunks.push(bytes));
  return { near, other, received: () => Buffer.concat(chunks).toString() };
}

describe('a proxy', () => {
  test('forwards both ways, and the end of either', async () => {
    const { near, other, received } = await pair();
    near.write('ask');
    expect(String((await once(other, 'data'))[0])).toBe('ask');
    near.end();
    await once(other, 'end');
    other.end('answer');
    await closed(near);
    expect(received()).toBe('answer');
  });

  test.each([
    ['so many bytes on', 7, 'event: '],
    ['at once', 0, ''],
    ['after a pattern that comes in two pieces', 'nt: li', 'event: li'],
    ['inside a character', Uint8Array.of(0xc3), 'event: line\uFFFD'],
  ])('cuts %s, having let through what came before', async (_, after, expected) => {
    const { near, other, received } = await pair();
    const cut = proxy.cutAfter({ direction: 'fromServer', after });
    const gone = closed(near);
    other.write('event: l');
    await new Promise((resolve) => setImmediate(resolve));
    other.write('ineé\n\n');
    await cut;
    await gone;
    expect(received()).toBe(expected);
  });

  test('stalls and goes on where it was', async () => {
    const { near, other, received } = await pair();
    proxy.stall();
    const flood = Buffer.alloc(1 << 20, 'x');
    let accepted = 0;
    while (other.write(flood) || accepted < 16) accepted++;
    expect(other.writableLength).toBeGreaterThan(1 << 20);
    proxy.resume();
    await once(other, 'drain');
    other.end();
    await closed(near);
    expect(received()).toHaveLength((accepted + 1) << 20);
  });

  test('refuses, leaves unanswered, and forwards again', async () => {
    proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await closed(refused);
    proxy.halfOpen();
    const silent = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    silent.write('anyone?');
    await expect.poll(() => proxy.connections).toBe(1);
    proxy.forward();
    const { near, other } = await pair();
    near.write('hello');
    expect(String((await once(other, 'data'))[0])).toBe('hello');
    expect(silent.bytesRead).toBe(0);
  });

  test('breaks everything at once', async () => {
    const [one, two] = [await pair(), await pair()];
    const gone = [one.near, two.near, one.other].map(closed);
    proxy.cut();
    await Promise.all(gone);
    await expect.poll(() => proxy.connections).toBe(0);
  });
});
