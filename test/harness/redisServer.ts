import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface RedisServerOptions {
  /** Keeps what is acknowledged through kill -9 and power loss. */
  readonly appendOnly?: boolean;
  /** What the default user must say. */
  readonly password?: string;
  /** One node of a cluster, on its own until it is told of others. */
  readonly cluster?: boolean;
  /** More of redis-server's own arguments: `['--maxmemory', '8mb']`. */
  readonly settings?: readonly string[];
}

const startMilliseconds = 20_000;

/** A real Redis of a test's own. Dispose it; nothing of it stays behind. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  /** Where nodes of a cluster talk to each other. */
  readonly busPort: number;
  readonly #folder: string;
  readonly #options: RedisServerOptions;
  #process: ChildProcess | undefined;

  private constructor(port: number, busPort: number, folder: string, options: RedisServerOptions) {
    this.port = port;
    this.busPort = busPort;
    this.#folder = folder;
    this.#options = options;
  }

  /** Resolves when it answers. Rejects with words when there is no redis-server on this machine. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-redis-'));
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(await freePort(), options.cluster ? await freePort() : 0, folder, options);
      try {
        await server.restart();
        return server;
      } catch (error) {
        // Somebody else may have taken the port meanwhile.
        if (attempt < 5 && error instanceof PortTaken) continue;
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends it without a warning, as a crash does. It is dead when this returns or soon after. */
  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  /** Halts it where it is: connections stay, nothing is answered. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends it as `systemctl stop` does. */
  async stop(): Promise<void> {
    this.thaw();
    await this.#end('SIGTERM');
  }

  /** Starts it again on the same port with the same folder; ends it before when it still runs. */
  async restart(): Promise<void> {
    await this.#end('SIGKILL');
    const child = spawn('redis-server', this.#arguments(), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    let missing: Error | undefined;
    child.once('error', (error) => (missing = error));
    const giveUpAt = Date.now() + startMilliseconds;
    while (!(await answers(this.port, child))) {
      if (missing)
        throw new Error('There is no redis-server. Install it: apt install redis-server', { cause: missing });
      if (said.includes('already in use')) throw new PortTaken(said);
      if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`redis-server did not start: ${said}`);
      await pause(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  #arguments(): string[] {
    const { appendOnly, password, cluster, settings } = this.#options;
    return [
      ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''],
      ...(appendOnly ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']),
      ...(password === undefined ? [] : ['--requirepass', password]),
      ...(cluster ? ['--cluster-enabled', 'yes', '--cluster-port', String(this.busPort)] : []),
      ...(settings ?? []),
    ];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

class PortTaken extends Error {}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

/** Whether the server that was started, and not one on the same port by chance, is ready; one with a password asks for it. */
async function answers(port: number, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.pid === undefined) return false;
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('INFO server\r\n'));
    let said = '';
    const done = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.startsWith('-NOAUTH')) done(true);
      else if (said.startsWith('-')) done(false);
      else if (said.includes('process_id:')) done(said.includes(`process_id:${String(child.pid)}\r\n`));
    });
    socket.once('error', () => done(false));
    socket.once('close', () => resolve(false));
  });
}
