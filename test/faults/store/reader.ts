/**
 * A reader of its own process: `reader.ts <store> <milliseconds>`. Tails every execution that appears, and says on
 * stdout how many lines of each it saw, having checked that each host's numbers follow one another.
 */
import { linesOf } from '../../../src/base/lineBatch.ts';
import { openLocalSource, type LocalSource } from '../../../src/sources/local/source.ts';

async function tail(
  source: LocalSource,
  execution: string,
): Promise<{ execution: string; seen: Record<string, number> }> {
  const seen: Record<string, number> = {};
  for await (const page of source.tailLog({ execution, position: { at: 'start' } }))
    for (const line of linesOf(page.lines)) {
      const expected = (seen[line.host] ?? 0) + 1;
      if (line.number !== expected) throw new Error(`${line.host}: ${line.number} after ${expected - 1}`);
      if (!line.text.startsWith(`${execution} ${line.host} ${line.number} `)) throw new Error(`not ${line.text}`);
      seen[line.host] = line.number;
    }
  return { execution, seen };
}

const [path = '', milliseconds = '1000'] = process.argv.slice(2);
await using source = openLocalSource(path);
const tails = new Map<string, Promise<{ execution: string; seen: Record<string, number> }>>();
try {
  for await (const { execution } of source.watch({}, { signal: AbortSignal.timeout(Number(milliseconds)) })) {
    if (!tails.has(execution)) tails.set(execution, tail(source, execution));
    await source.getStepResult({ execution, step: 's' }).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'notFound') throw error;
    });
  }
} catch (error) {
  if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
}
process.stdout.write(`${JSON.stringify(await Promise.all(tails.values()))}\n`);
