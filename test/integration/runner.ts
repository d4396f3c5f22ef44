/** What runs in the extension host has no Vitest: this collects tests there, runs them and writes how they went. */
import { writeFile } from 'node:fs/promises';

export interface TestResult {
  readonly name: string;
  readonly milliseconds: number;
  readonly error?: string;
}

/** Names the file that gets the results as JSON. */
export const resultsVariable = 'EXECLOGS_TEST_RESULTS';

const tests: { readonly name: string; readonly body: () => void | Promise<void> }[] = [];
const patience = 30_000;

/** Declares a test. Tests run in the order they are declared. */
export function test(name: string, body: () => void | Promise<void>): void {
  tests.push({ name, body });
}

/** Runs them all; VS Code calls it. A failed test is told, not thrown. */
export async function run(): Promise<void> {
  const results: TestResult[] = [];
  for (const { name, body } of tests) {
    const begun = performance.now();
    const error = await failureOf(body);
    const milliseconds = Math.round(performance.now() - begun);
    results.push({ name, milliseconds, ...(error !== undefined && { error }) });
  }
  await writeFile(process.env[resultsVariable] ?? 'test-results.json', JSON.stringify(results));
}

async function failureOf(body: () => void | Promise<void>): Promise<string | undefined> {
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    expired.reject(new Error(`not done after ${String(patience / 1_000)} s`));
  }, patience);
  try {
    await Promise.race([body(), expired.promise]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    clearTimeout(timer);
  }
}
