import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ExecutionSummary, HostResult, Step } from '../../src/model/execution.ts';
import type { LogLine } from '../../src/model/line.ts';
import { bundleProgram } from './bundledProgram.ts';

const bundle = await bundleProgram();
afterAll(() => bundle[Symbol.asyncDispose]());

/** What `show --json` prints. */
export interface Shown extends ExecutionSummary {
  readonly steps: readonly (Omit<Step, 'hosts'> & { readonly hosts: readonly HostResult[] })[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program as its users run it, with a store of its own. */
export class Program implements Disposable {
  readonly home: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(home = mkdtempSync(join(tmpdir(), 'execlogs-faults-'))) {
    this.home = home;
    this.#environment = { PATH: process.env['PATH'], EXECLOGS_HOME: home };
  }

  /** In a process group of its own, as a shell would start it. */
  start(...typed: string[]): ChildProcess {
    return this.startUnder([], ...typed);
  }

  /** The same, started by another program that becomes it. */
  startUnder(prefix: readonly string[], ...typed: string[]): ChildProcess {
    const [file = '', ...rest] = [...prefix, process.execPath, bundle.path, ...typed];
    return spawn(file, rest, {
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
  }

  async run(...typed: string[]): Promise<Ended> {
    const child = this.start(...typed);
    child.stdin?.end();
    return ended(child);
  }

  async json<T>(...typed: string[]): Promise<T[]> {
    const { code, stdout, stderr } = await this.run(...typed, '--json');
    if (code !== 0) throw new Error(`execlogs ${typed.join(' ')} ended with ${code}: ${stderr}`);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  async shown(execution = 'latest'): Promise<Shown> {
    const [shown] = await this.json<Shown>('show', execution);
    if (!shown) throw new Error('nothing was shown');
    return shown;
  }

  lines(execution = 'latest'): Promise<LogLine[]> {
    return this.json<LogLine>('logs', execution);
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** How it ends, and what it prints from now on. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (printed.stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (printed.stderr += chunk));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...printed };
}

/** What Ctrl-C does: everybody in the foreground gets the signal. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) throw new Error('it did not start');
  process.kill(-child.pid, signal);
}

/** Resolves when the process has printed this on stdout. */
export function printed(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const { stdout } = child;
    const listener = (chunk: unknown) => {
      // The words may be cut anywhere.
      seen = seen.slice(-words.length) + String(chunk);
      if (!seen.includes(words)) return;
      stdout?.off('data', listener);
      resolve();
    };
    stdout?.on('data', listener);
    child.once('close', () => {
      reject(new Error(`it ended without having printed ${words}`));
    });
  });
}
