/**
 * One try at a store, told on stdout as JSON: `attempt.ts <store> read|write <lines> [<uid>]`. Reading lists executions and
 * reads the last line of each; writing records an execution, appending one line after the other until one is refused.
 */
import { lineAt, LineColumnsBuilder } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
// Not through `open.ts`, which loads on demand: this process may become somebody who may not read the project.
import { openLocalSink } from '../../../src/sources/local/sink.ts';
import { openLocalSource } from '../../../src/sources/local/source.ts';

async function read(path: string): Promise<unknown> {
  await using source = openLocalSource(path);
  const { executions } = await source.listExecutions({});
  const last = executions.map(async ({ id }) => {
    const { lines } = await source.readLog({ execution: id, position: { at: 'end' }, limit: { lines: 1 } });
    return lines.count > 0 ? lineAt(lines, 0).text : undefined;
  });
  return { last: await Promise.all(last) };
}

async function write(path: string, count: number): Promise<unknown> {
  await using sink = await openLocalSink(path);
  const ref = { execution: 'e', step: 's', host: 'h' };
  await sink.createExecution({ execution: 'e', name: 'e', startedAt: 0 });
  const hosts = [{ id: 'h', name: 'h' }];
  await sink.startStep({ ...ref, name: 's', order: 1, status: 'running', hosts, at: 0 });
  let written = 0;
  let refusals = 0;
  while (written < count) {
    const lines = new LineColumnsBuilder().add({ text: `line ${written + 1} ${'x'.repeat(10_000)}` }).build();
    try {
      await sink.append({ ...ref, firstNumber: written + 1, lines });
      written++;
    } catch (error) {
      if (refusals++ === 0) await askForRoom(written, error);
      else throw error;
    }
  }
  await sink.finishExecution({ execution: 'e', status: 'succeeded', at: 1 });
  return { written };
}

/** Says what went wrong and waits until a line comes in on stdin. */
async function askForRoom(written: number, error: unknown): Promise<void> {
  process.stdout.write(`${JSON.stringify({ written, refused: wordsOf(error) })}\n`);
  await new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));
  process.stdin.destroy();
}

function wordsOf(error: unknown): unknown {
  return error instanceof LogError ? { code: error.code, message: error.message } : { stack: String(error) };
}

const [path = '', mode = 'read', count = '3', user] = process.argv.slice(2);
if (user !== undefined) {
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}
try {
  const result = await (mode === 'read' ? read(path) : write(path, Number(count)));
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify(wordsOf(error))}\n`);
}
