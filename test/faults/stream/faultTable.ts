import { appendFileSync } from 'node:fs';
import { expect, vi } from 'vitest';
import type { Outcome } from './ledger.ts';

/** How many rounds all faults together get when nothing else is asked for with EXECLOGS_TEST_ROUNDS. */
const wanted = Number(process.env['EXECLOGS_TEST_ROUNDS'] ?? 0);
if (wanted > 0) vi.setConfig({ testTimeout: 900_000 });

/** Rounds of one fault: `few`, or its part of all that are wanted, in hundredths. */
export function roundsOf(few: number, hundredths: number): number {
  return wanted > 0 ? Math.max(1, Math.ceil((wanted * hundredths) / 100)) : few;
}

/** Runs rounds of a fault, some at a time, and holds them to the promise. What they came to is told in one line. */
export async function inRounds(
  fault: string,
  rounds: number,
  atOnce: number,
  round: (index: number) => Promise<Outcome>,
): Promise<void> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < rounds) {
      const index = next++;
      try {
        outcomes.push(await round(index));
      } catch (error) {
        throw new Error(`${fault}, round ${index}: ${String(error)}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, rounds) }, lane));
  tellRounds(fault, outcomes);
  expect(outcomes.filter(({ duplicated, missing }) => duplicated + missing > 0)).toEqual([]);
}

/** Tells what rounds of a fault came to, in one line. */
export function tellRounds(fault: string, outcomes: readonly Outcome[]): void {
  const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((all, one) => all + count(one), 0);
  tell({
    fault,
    rounds: outcomes.length,
    acknowledged: sum((one) => one.acknowledged),
    duplicated: sum((one) => one.duplicated),
    missing: sum((one) => one.missing),
    gone: sum((one) => one.gone),
  });
}

function tell(row: Outcome & { readonly fault: string; readonly rounds: number }): void {
  const file = process.env['EXECLOGS_FAULT_TABLE'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  const { fault, rounds, acknowledged, duplicated, missing, gone } = row;
  process.stdout.write(
    `${fault}: ${rounds} rounds, ${acknowledged} lines acknowledged, ` +
      `${duplicated} duplicated, ${missing} missing, ${gone} in gaps\n`,
  );
}
