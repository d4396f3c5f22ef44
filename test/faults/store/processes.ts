import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

/** A folder that is gone afterwards. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'execlogs-faults-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A process that runs one of the programs in this folder. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly lines: unknown[] = [];
  readonly stderr: Promise<string>;
  readonly exit: Promise<unknown>;

  constructor(name: string, args: readonly (string | number)[], options: { before?: string } = {}) {
    const file = join(import.meta.dirname, name);
    const command = [process.execPath, file, ...args.map(String)];
    const [program = '', ...rest] = options.before
      ? ['sh', '-c', `${options.before}; exec "$@"`, 'sh', ...command]
      : command;
    this.child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.child;
    if (!stdout || !stderr) throw new Error('no pipes');
    createInterface({ input: stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
    this.stderr = text(stderr);
    this.exit = once(this.child, 'close');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
