import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { once } from 'node:events';

/** The port that document 001 names. */
const documented = 8_000;

/** Where the service of the document runs, so that its clients find it under the address they name. */
export interface Place {
  readonly port: number;
  /** What to start the service with. */
  readonly prefix: readonly string[];
  /** What to start a client of the service with that has this process id. */
  clientPrefix(service: number): readonly string[];
  /** The text of the document's client, in a file; changed only where its port could not be had. */
  client(source: string, folder: string): string;
}

/** A network of our own where that can be had, else the document's port, else another one. */
export async function findPlace(): Promise<Place> {
  const ours = ['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
  const [program = '', ...rest] = ours;
  if (spawnSync(program, [...rest, 'true']).status === 0)
    return {
      port: documented,
      prefix: ours,
      clientPrefix: (service) => ['nsenter', '-t', String(service), '-n'],
      client: (source) => source,
    };
  const port = (await isFree(documented)) ? documented : await freePort();
  return {
    port,
    prefix: [],
    clientPrefix: () => [],
    client(source, folder) {
      if (port === documented) return source;
      const file = join(folder, basename(source));
      writeFileSync(file, readFileSync(source, 'utf8').replaceAll(`localhost:${documented}`, `localhost:${port}`));
      return file;
    },
  };
}

/** What a client has printed so far, in lines. */
export interface Client {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
}

export function startClient(command: readonly string[]): Client {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const client = {
    child,
    get lines() {
      return printed.split('\n').filter((line) => line !== '');
    },
  };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  return client;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const free = await listening;
  server.close();
  return free;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
