import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDeploymentLogs } from '../src/sources/deploymentLog/source.ts';
import { deploymentCommand, deploymentFile, deploymentStep } from '../test/harness/deploymentLog/sample.ts';
import type { Bench, OpenBench, Sample } from './bench.ts';

const files = 2_000;
const commands = 1_500;
const rewrites = 8;
const execution = 'deploy_large_20260301_100000';

/** Deployment logs: how long all of a full folder takes to list, and what following a large file costs that is written every second. */
export const bench: Bench = {
  id: 'deployment-log',
  async open(): Promise<OpenBench> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-bench-'));
    await fill(folder);
    return {
      ratios: [
        {
          id: 'deployment-log-list-2000',
          ...{ unit: 'ms', target: 1_000, direction: 'atMost' },
          ours: () => list(folder),
        },
        {
          id: 'deployment-log-rewritten-2-mb',
          ...{ unit: 'cores', target: 0.1, direction: 'atMost' },
          ours: () => followRewritten(folder),
        },
      ],
      async [Symbol.asyncDispose]() {
        await rm(folder, { recursive: true });
      },
    };
  },
};

async function fill(folder: string): Promise<void> {
  const steps = [1, 2, 3].map((id) =>
    deploymentStep(id, { status: 'success', commands: [1, 2, 3].map((second) => deploymentCommand('npm ci', second)) }),
  );
  const text = JSON.stringify(deploymentFile({ status: 'success', steps }), undefined, 2);
  for (let i = 0; i < files; i++) {
    const day = `${(i % 28) + 1}`.padStart(2, '0');
    await writeFile(join(folder, `deploy_shop-${i}_202602${day}_1${`${i}`.padStart(5, '0')}.json`), text);
  }
}

/** A first list of everything, nothing being known. */
async function list(folder: string): Promise<Sample> {
  await using source = openDeploymentLogs(`deployment-log:${folder}`);
  const from = performance.now();
  const { executions } = await source.listExecutions({ limit: files + 10 });
  const value = performance.now() - from;
  if (executions.length < files) throw new Error(`${executions.length} of ${files} were listed`);
  return { value };
}

/** Processor time of the reader as a share of the time; another process writes. */
async function followRewritten(folder: string): Promise<Sample> {
  await using source = openDeploymentLogs(`deployment-log:${folder}`);
  const script = join(folder, 'writer.mjs');
  await writeFile(script, writerScript(join(folder, `${execution}.json`)));
  const writer = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(writer, 'exit');
  await once(writer.stdout, 'data');
  const leave = new AbortController();
  let lines = 0;
  const reading = (async () => {
    const query = { execution, position: { at: 'start' } } as const;
    for await (const page of source.tailLog(query, { signal: leave.signal })) lines += page.lines.count;
  })().catch((reason: unknown) => {
    if (!leave.signal.aborted) throw reason;
  });
  await pause(1_500);
  const [time, used, seen] = [performance.now(), process.cpuUsage(), lines];
  await ended;
  const { user, system } = process.cpuUsage(used);
  const value = (user + system) / 1_000 / (performance.now() - time);
  leave.abort();
  await reading;
  if (lines <= seen) throw new Error('no line came');
  return { value };
}

/** Writes a file of 2 MB over what is there, each second with one command more. */
function writerScript(path: string): string {
  const large = Array.from({ length: commands }, (_, i) =>
    deploymentCommand(`c${i}`, i % 60, { stdout: `${'x'.repeat(79)}\n`.repeat(12), stderr: 'e'.repeat(200) }),
  );
  return `
    import { writeFileSync } from 'node:fs';
    const file = ${JSON.stringify(deploymentFile({ steps: [deploymentStep(1, { commands: large })] }))};
    const { commands } = file.steps[0];
    let left = ${rewrites};
    const write = () => {
      commands.push({ ...commands[0], command: 'more ' + left });
      writeFileSync(${JSON.stringify(path)}, JSON.stringify(file, undefined, 2));
      process.stdout.write('.');
      if (left-- > 0) setTimeout(write, 1_000);
    };
    write();
  `;
}
