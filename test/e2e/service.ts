import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hashOfToken } from '../../src/service/tokens.ts';
import { projectFolder } from '../harness/projectFolder.ts';

const program = join(projectFolder, 'dist/execlogs.mjs');

/** The tokens of one who reads and one who writes. */
export const tokens = { reader: 'reader-token-of-the-journey', writer: 'writer-token-of-the-journey' } as const;

/** `execlogs serve` in a folder of its own, which can be killed and come back at the same address. */
export class ServiceProcess implements AsyncDisposable {
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #url = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const file = join(this.#folder, 'tokens.json');
    const may = { reader: ['read'], writer: ['read', 'write'] };
    const entries = Object.entries(tokens).map(([name, token]) => ({
      name,
      sha256: hashOfToken(token),
      executions: ['*'],
      may: may[name as keyof typeof may],
    }));
    await writeFile(file, JSON.stringify(entries), { mode: 0o600 });
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const store = `sqlite:${join(this.#folder, 'store.sqlite')}`;
    const child = spawn(process.execPath, [program, 'serve', '--store', store, '--port', port, '--tokens', file], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, EXECLOGS_HOME: this.#folder },
    });
    this.#child = child;
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    this.#url = (JSON.parse(line) as { url: string }).url;
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Records a shell script on another "machine" into the service. */
  record(name: string, script: string): ChildProcess {
    return spawn(process.execPath, [program, 'run', '--to', this.#url, '--name', name, '--', 'sh', '-c', script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, EXECLOGS_HOME: join(this.#folder, 'elsewhere'), EXECLOGS_TOKEN: tokens.writer },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
