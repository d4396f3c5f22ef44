import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Program } from '../../harness/program.ts';
import { TcpProxy } from '../../harness/tcpProxy.ts';

/** `execlogs serve` as its users run it, behind an address that stays the same when it is killed and started again. */
export class Serving implements AsyncDisposable {
  readonly proxy: TcpProxy;
  readonly #program: Program;
  readonly #options: readonly string[];
  #process: ChildProcess;

  private constructor(program: Program, options: readonly string[], started: Started, proxy: TcpProxy) {
    this.#program = program;
    this.#options = options;
    this.#process = started.process;
    this.proxy = proxy;
  }

  static async start(...options: string[]): Promise<Serving> {
    const program = new Program();
    const started = await startServing(program, options);
    return new Serving(program, options, started, await TcpProxy.open(started.port));
  }

  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Ends it, without a warning unless told otherwise; connections to come meet nobody. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.proxy.refuse();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.kill(signal);
    const { process, port } = await startServing(this.#program, this.#options);
    this.#process = process;
    this.proxy.leadTo(port);
    this.proxy.forward();
  }

  /** Memory that the process has, in bytes. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1_024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.proxy[Symbol.asyncDispose]();
    this.#program[Symbol.dispose]();
  }
}

interface Started {
  readonly process: ChildProcess;
  readonly port: number;
}

async function startServing(program: Program, options: readonly string[]): Promise<Started> {
  const child = program.start('serve', '--port', '0', ...options);
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('it has no output');
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
  for await (const line of createInterface({ input: stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    stdout.resume();
    return { process: child, port: Number(new URL(url).port) };
  }
  throw new Error(`execlogs serve ended: ${said}`);
}
