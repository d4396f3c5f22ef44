/**
 * Runs the benches (see bench.ts for what one looks like) and prints a table, or with `--json` one object a line.
 *
 *     npm run bench -- [id…] [--rounds N] [--json]
 *
 * An id picks a bench or one of its ratios, whose ids begin with the bench's. Exits 1 when the two sides of a ratio produced different things or a
 * bench broke; a missed target is told, not punished.
 */
import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measure, type Bench, type Measure } from './bench.ts';

const suffix = '.bench.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '8' }, json: { type: 'boolean', default: false } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds wants a whole number, not ${values.rounds}`);
  const print = values.json ? (found: Measure) => console.log(JSON.stringify(found)) : printRow;
  const ids = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(suffix)).toSorted();
  const benches = ids.map((file) => file.slice(0, -suffix.length));
  const wanted = benches.filter((id) => isWanted(id, positionals, benches));
  if (wanted.length === 0) throw new Error(`no bench is called ${positionals.join(', ')}`);
  if (!values.json) printHead();
  for (const id of wanted) await runBench(id, positionals, rounds, print);
}

/** The benches that are picked, or hold a ratio that is. */
function isWanted(bench: string, picked: readonly string[], benches: readonly string[]): boolean {
  const holds = (id: string) => id.startsWith(`${bench}-`) && !benches.includes(id);
  return picked.length === 0 || picked.some((id) => id === bench || holds(id));
}

async function runBench(
  id: string,
  picked: readonly string[],
  rounds: number,
  print: (found: Measure) => void,
): Promise<void> {
  try {
    const { bench } = (await import(`./${id}${suffix}`)) as { bench: Bench };
    await using open = await bench.open();
    for (const ratio of open.ratios)
      if (picked.length === 0 || picked.includes(id) || picked.includes(ratio.id)) print(await measure(ratio, rounds));
  } catch (error) {
    console.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  }
}

const widths = [26, 12, 12, 8, 17, 6, 8];

function printHead(): void {
  printCells(['ratio', 'ours', 'theirs', 'ratio', 'min–max', 'runs', 'target'], '');
}

function printRow(found: Measure): void {
  const { id, ours, theirs, ratio, min, max, runs, target, unit, holds } = found;
  const cells = [
    id,
    short(ours),
    short(theirs),
    short(ratio),
    `${short(min)}–${short(max)}`,
    String(runs),
    short(target),
  ];
  printCells(cells, `${unit}${holds ? '' : '  MISSED'}`);
}

function printCells(cells: readonly string[], rest: string): void {
  const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0)));
  console.log(`${padded.join(' ')}  ${rest}`);
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

await main();
