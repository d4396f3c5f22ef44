import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What can be said of the sources without running them. */
const checks = {
  'types of the Node side': 'tsc -p tsconfig.json',
  'types without a platform': 'tsc -p tsconfig.core.json',
  'types of the web view': 'tsc -p webview/tsconfig.json',
  'types of the window tests': 'tsc -p test/e2e/tsconfig.json',
  'types of the benches': 'tsc -p bench/tsconfig.json',
  lint: 'eslint . --max-warnings 0',
  format: 'prettier --check . --log-level warn',
  'dead code': 'knip',
  build: 'node esbuild.mjs',
};

/** Runs every check, as many at once as there are processors, and tells each with its output when it failed. */
export async function runChecks(): Promise<Counts> {
  const waiting = Object.entries(checks);
  let failed = 0;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (!(await runCheck(...next))) failed++;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { passed: Object.keys(checks).length - failed, failed, skipped: 0 };
}

async function runCheck(name: string, command: string): Promise<boolean> {
  const begun = performance.now();
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [output, words, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  console.log(code === 0 ? `✓ ${name} (${seconds} s)` : `✗ ${name} (${seconds} s)\n${output}${words}`);
  return code === 0;
}
