import { randomUUID } from 'node:crypto';
import { LineColumnsBuilder, type NewLine } from '../../src/base/lineBatch.ts';
import type { LogSink } from '../../src/model/sink.ts';
import type { Status } from '../../src/model/status.ts';
import { defaultConnection, homeFolder } from '../../src/sources/home.ts';
import { openSink } from '../../src/sources/open.ts';

/** Records into the store the extension shows. */
export async function openRecorder(): Promise<LogSink> {
  return openSink(defaultConnection(homeFolder(process.env, process.platform)));
}

export interface Recorded {
  readonly name?: string;
  readonly kind?: string;
  /** How the step went on each host; a host that runs is left running. */
  readonly hosts?: Readonly<Record<string, Status>>;
  readonly lines?: readonly (NewLine | string)[];
}

/** One execution with one step `build`; resolves with its id. */
export async function record(
  sink: LogSink,
  { name = 'deploy', kind, hosts = { alpha: 'succeeded' }, lines = [] }: Recorded = {},
): Promise<string> {
  const execution = randomUUID();
  const at = Date.now();
  await sink.createExecution({ execution, name, startedAt: at, ...(kind !== undefined && { kind }) });
  const ids = Object.keys(hosts).map((id) => ({ id, name: id }));
  await sink.startStep({ execution, step: 'build', name: 'Build', order: 1, status: 'running', hosts: ids, at });
  const statuses = Object.entries(hosts);
  for (const [host, status] of statuses) {
    const ref = { execution, step: 'build', host };
    await sink.startHost({ ...ref, at });
    if (lines.length > 0) await sink.append({ ...ref, firstNumber: 1, lines: columns(lines) });
    if (status !== 'running') await sink.finishHost({ ...ref, status, at, exitCode: status === 'failed' ? 1 : 0 });
  }
  if (statuses.some(([, status]) => status === 'running')) return execution;
  const status = statuses.some(([, one]) => one === 'failed') ? 'failed' : 'succeeded';
  await sink.finishStep({ execution, step: 'build', status, at });
  await sink.finishExecution({ execution, status, at });
  return execution;
}

function columns(lines: readonly (NewLine | string)[]) {
  const builder = new LineColumnsBuilder();
  for (const line of lines) builder.add(typeof line === 'string' ? { text: line } : line);
  return builder.build();
}
