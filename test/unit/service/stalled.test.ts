import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Metrics } from '../../../src/service/metrics.ts';
import { openLocalSink } from '../../../src/sources/local/sink.ts';
import { openLocalSource, type LocalSource } from '../../../src/sources/local/source.ts';
import { columns, day } from '../../contract/recording.ts';
import { heldArrayBytes } from '../../harness/heldBytes.ts';
import { startService, type TestService } from '../../harness/service.ts';

const clients = 20;
let folder: string;
let source: LocalSource;
let service: TestService;
let metrics: Metrics;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execlogs-stalled-'));
  const path = join(folder, 'store.sqlite');
  await recordMuch(path);
  source = openLocalSource(path);
  metrics = new Metrics();
  service = await startService({ served: { source }, metrics });
});
afterEach(async () => {
  await service.close();
  await source[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** More than the sockets between a service and its client ever take: 200,000 lines, 20 MB. */
async function recordMuch(path: string): Promise<void> {
  await using sink = await openLocalSink(path);
  const ref = { execution: 'e', step: 's', host: 'h' };
  await sink.createExecution({ execution: 'e', name: 'e', startedAt: day });
  const hosts = [{ id: 'h', name: 'h' }];
  await sink.startStep({ ...ref, name: 's', order: 1, status: 'running', hosts, at: day });
  const lines = columns(Array.from({ length: 10_000 }, (_, i) => ({ text: 'x'.repeat(100), time: day + i })));
  for (let firstNumber = 1; firstNumber <= 200_000; firstNumber += 10_000)
    await sink.append({ ...ref, firstNumber, lines });
}

/** A client that asks for a stream and never takes a byte of it. */
async function stall(path: string): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  return socket;
}

/** Everybody has what the sockets take, and nothing moves any longer. */
async function settled(): Promise<void> {
  let before = -1;
  const stands = (): boolean => {
    const { linesSent } = metrics;
    const same = linesSent === before;
    before = linesSent;
    return same;
  };
  await expect.poll(stands, { interval: 300, timeout: 60_000 }).toBe(true);
}

function held(): number {
  const arrays = heldArrayBytes();
  return arrays + process.memoryUsage().heapUsed;
}

test.each(['lines', 'events'])(
  'a client that stalls costs the service little memory: %s',
  async (format) => {
    const path = `/api/realtime/sse/logs/e/?format=${format}`;
    const sockets = [await stall(path)];
    await settled();
    const before = held();
    for (let i = 0; i < clients; i++) sockets.push(await stall(path));
    await settled();
    const each = (held() - before) / clients;
    for (const socket of sockets) socket.destroy();
    // A page of 64 KiB, the event that is made of it, and what is on its way; at both ends, as both are in this process.
    expect(each).toBeLessThan(768 * 1_024);
  },
  60_000,
);
