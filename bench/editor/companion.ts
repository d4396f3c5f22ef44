/**
 * Runs in the extension host and does there what a bench asks for over a socket, one word a line; answers each with a
 * line of JSON. The last line it writes to a channel tells when the first was written.
 */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { commands, extensions, window, type OutputChannel } from 'vscode';
import { batches, lastLine } from './lines.ts';

/** The editor's entry for tests; the window lives until the bench ends it. */
export async function run(): Promise<void> {
  const companion = new Companion();
  const server = createServer((socket) => void answer(companion, socket));
  server.listen(process.env['BENCH_SOCKET']);
  await new Promise(() => undefined);
}

async function answer(companion: Companion, socket: Socket): Promise<void> {
  for await (const word of createInterface({ input: socket })) {
    const figure = await companion[word as Word]();
    socket.write(`${JSON.stringify({ figure })}\n`);
  }
}

export type Word = 'openOutput' | 'fillOutput' | 'closeOutput' | 'activate';

/** Waits until the editor's own extensions are through with starting: a tenth of a second of prompt turns. */
async function calm(): Promise<void> {
  for (let prompt = 0; prompt < 10;) {
    const began = performance.now();
    await pause(10);
    prompt = performance.now() - began < 15 ? prompt + 1 : 0;
  }
}

class Companion {
  #round = 0;
  #output: OutputChannel | undefined;

  openOutput(): void {
    this.#output = window.createOutputChannel(`Bench ${String(++this.#round)}`);
    this.#output.show();
  }

  fillOutput(): void {
    const began = Date.now();
    for (const batch of batches()) this.#output?.append(`${batch.join('\n')}\n`);
    this.#output?.append(`${lastLine('output', began)}\n`);
  }

  /** The editor goes on colouring what is in a channel long after it is shown. */
  async closeOutput(): Promise<void> {
    this.#output?.dispose();
    await commands.executeCommand('workbench.action.closePanel');
  }

  /** Milliseconds until our extension is there, loading its code included. */
  async activate(): Promise<number> {
    const ours = extensions.getExtension('execution-logs.execution-logs');
    await calm();
    const began = performance.now();
    await ours?.activate();
    return performance.now() - began;
  }
}
