/**
 * A recorder of its own process: `writer.ts <store> <execution> <hosts> <milliseconds>`. Appends numbered lines
 * of every kind until the time is up, and says on stdout how many of each host are acknowledged, each time that grows.
 */
import { writeSync } from 'node:fs';
import { LineColumnsBuilder } from '../../../src/base/lineBatch.ts';
import type { LogSink } from '../../../src/model/sink.ts';
import { openLocalSink } from '../../../src/sources/local/sink.ts';

export function lineOf(execution: string, host: string, number: number): string {
  return `${execution} ${host} ${number} ${'ü'.repeat(number % 41)}`;
}

async function main(path: string, execution: string, hostCount: number, milliseconds: number): Promise<void> {
  const sink = await openLocalSink(path);
  const hosts = Array.from({ length: hostCount }, (_, i) => `h${i}`);
  const at = Date.now();
  await sink.createExecution({ execution, name: execution, startedAt: at });
  const named = hosts.map((id) => ({ id, name: id }));
  await sink.startStep({ execution, step: 's', name: 's', order: 1, status: 'running', hosts: named, at });
  say({ ready: execution });
  const end = performance.now() + milliseconds;
  await Promise.all(hosts.map((host, i) => writeHost(sink, { execution, host, end, seed: i + process.pid })));
  for (const host of hosts) await sink.finishHost({ execution, step: 's', host, status: 'succeeded', at: Date.now() });
  await sink.finishExecution({ execution, status: 'succeeded', at: Date.now() });
  await sink[Symbol.asyncDispose]();
  say({ ended: execution });
}

async function writeHost(
  sink: LogSink,
  { execution, host, end, seed }: { execution: string; host: string; end: number; seed: number },
): Promise<void> {
  let written = 0;
  for (let round = seed; performance.now() < end; round++) {
    const count = 1 + ((round * 7919) % (round % 11 === 0 ? 3_000 : 60));
    const lines = new LineColumnsBuilder();
    for (let i = 1; i <= count; i++) lines.add({ text: lineOf(execution, host, written + i), time: Date.now() });
    await sink.append({ execution, step: 's', host, firstNumber: written + 1, lines: lines.build() });
    written += count;
    say({ host, written });
  }
}

function say(words: object): void {
  writeSync(1, `${JSON.stringify(words)}\n`);
}

if (import.meta.main) {
  const [path = '', execution = '', hosts = '1', milliseconds = '1000'] = process.argv.slice(2);
  await main(path, execution, Number(hosts), Number(milliseconds));
}
