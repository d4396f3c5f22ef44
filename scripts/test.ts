/** `npm test`: installs what is missing, runs every tier and ends with one line that sums them up. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecks, type Counts } from './checks.ts';
import { run } from './processes.ts';
import { scratchFolder } from './scratchFolder.ts';
import { installTestbed } from './testbed.ts';

const tiers = ['unit', 'contract', 'webview', 'integration', 'e2e', 'faults'];

/** What Vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

async function runTier(tier: string, folder: string): Promise<Counts> {
  console.log(`\n── ${tier}`);
  const file = join(folder, `${tier}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run('vitest', ['run', '--project', tier, ...reporters], { stdio: 'inherit' });
  try {
    return countsOf(JSON.parse(await readFile(file, 'utf8')) as Report, code);
  } catch (error) {
    console.log(`${tier} broke before it could tell how it went: ${String(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** A file that could not be loaded has no tests, and an error outside of any test fails none; both count as one. */
function countsOf(report: Report, code: number): Counts {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main(): Promise<void> {
  await installTestbed();
  await using folder = await scratchFolder('test');
  console.log('── checks');
  const counts = [await runChecks()];
  for (const tier of tiers) counts.push(await runTier(tier, folder.path));
  const sum = (key: keyof Counts) => String(counts.reduce((total, count) => total + count[key], 0));
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  if (sum('failed') !== '0') process.exitCode = 1;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
