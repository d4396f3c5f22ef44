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
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

interface Outcome extends Counts {
  /** What failed and how, to be said again at the end, where it is looked for. */
  readonly failures: readonly string[];
}

async function runTier(tier: string, folder: string): Promise<Outcome> {
  console.log(`\n── ${tier}`);
  const file = join(folder, `${tier}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run('vitest', ['run', '--project', tier, ...reporters], { stdio: 'inherit' });
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as Report;
    return { ...countsOf(report, code), failures: failuresOf(report).map((words) => `${tier}: ${words}`) };
  } catch (error) {
    const words = `${tier} broke before it could tell how it went: ${String(error)}`;
    return { passed: 0, failed: 1, skipped: 0, failures: [words] };
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

function failuresOf({ testResults }: Report): string[] {
  return testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const tests = assertionResults.filter(({ status }) => status === 'failed');
      if (tests.length === 0) return [`${name}\n${message}`];
      return tests.map(({ fullName, failureMessages }) => `${name}: ${fullName}\n${failureMessages.join('\n')}`);
    });
}

async function main(): Promise<void> {
  await installTestbed();
  await using folder = await scratchFolder('test');
  console.log('── checks');
  const counts: Counts[] = [await runChecks()];
  const failures: string[] = [];
  for (const tier of tiers) {
    const outcome = await runTier(tier, folder.path);
    counts.push(outcome);
    failures.push(...outcome.failures);
  }
  for (const failure of failures) console.log(`\n✗ ${failure}`);
  const sum = (key: keyof Counts) => String(counts.reduce((total, count) => total + count[key], 0));
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  if (sum('failed') !== '0') process.exitCode = 1;
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
