import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const startMilliseconds = 20_000;
const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));

/** A real sshd of a test's own, and a client's configuration that reaches it as `web-1`. Dispose it; nothing stays behind. */
export class SshServer implements AsyncDisposable {
  /** The client's `ssh_config`: give it to ssh as `-F`. */
  readonly config: string;
  readonly #folder: string;
  #port = 0;
  #process: ChildProcess | undefined;
  #said = '';

  private constructor(folder: string) {
    this.#folder = folder;
    this.config = join(folder, 'ssh_config');
  }

  /** Resolves when it listens. Rejects with words when there is no sshd on this machine. */
  static async start(): Promise<SshServer> {
    const server = new SshServer(await mkdtemp(join(tmpdir(), 'execlogs-ssh-')));
    for (const name of ['host_key', 'client_key', 'other_key']) await server.#makeKey(name);
    await writeFile(server.#path('authorized_keys'), await readFile(server.#path('client_key.pub')), { mode: 0o600 });
    for (let attempt = 1; ; attempt++) {
      try {
        await server.#listen();
        await server.trust('host_key');
        return server;
      } catch (error) {
        // Somebody else may have taken the port meanwhile.
        if (attempt < 5 && server.#said.includes('in use')) continue;
        await server[Symbol.asyncDispose]();
        throw error;
      }
    }
  }

  /** Lets clients know the server by this key: its own, or one that it does not have. */
  async trust(key: 'host_key' | 'other_key'): Promise<void> {
    const [kind, data] = (await readFile(this.#path(`${key}.pub`), 'utf8')).split(' ');
    await writeFile(this.#path('known_hosts'), `[127.0.0.1]:${this.#port} ${kind ?? ''} ${data ?? ''}\n`);
  }

  /** Nobody listens any longer; connections are cut. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #listen(): Promise<void> {
    if (program === undefined) throw new Error('There is no sshd. Install it: apt install openssh-server');
    // It insists on this folder when root runs it.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    this.#port = await freePort();
    await writeFile(this.#path('sshd_config'), this.#serverConfig());
    await writeFile(this.config, this.#clientConfig());
    this.#said = '';
    const child = spawn(program, ['-D', '-e', '-f', this.#path('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    const giveUpAt = Date.now() + startMilliseconds;
    while (!(await listens(this.#port))) {
      if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`sshd did not start: ${this.#said}`);
      await pause(10);
    }
  }

  #serverConfig(): string {
    return [
      `Port ${this.#port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.#path('host_key')}`,
      `AuthorizedKeysFile ${this.#path('authorized_keys')}`,
      'PidFile none',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      // Its folder is a temporary one, which others may write to.
      'StrictModes no',
      '',
    ].join('\n');
  }

  #clientConfig(): string {
    return [
      'Host web-1 web-2',
      '  HostName 127.0.0.1',
      `  Port ${this.#port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${this.#path('client_key')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${this.#path('known_hosts')}`,
      '  StrictHostKeyChecking yes',
      '',
    ].join('\n');
  }

  async #makeKey(name: string): Promise<void> {
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', this.#path(name)]);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
