import { LogError } from '../../model/errors.ts';
import type { Append, HostRef, LogSink } from '../../model/sink.ts';
import type { LogSource } from '../../model/source.ts';

/**
 * Writes to `live`. A writer who says again what has moved to the archive meanwhile, because it never heard that it was
 * kept, hears it now, and brings nothing back. Disposes `live` only.
 */
export function combinedSink(live: LogSink, archive: LogSource): LogSink {
  const again = (call: Promise<void>, { execution }: { readonly execution: string }): Promise<void> =>
    call.catch(async (error: unknown) => {
      if (!isNotFound(error) || !(await holds(archive, execution))) throw error;
    });
  return {
    async createExecution(about) {
      if (!(await holds(archive, about.execution))) await live.createExecution(about);
    },
    startStep: (step) => again(live.startStep(step), step),
    startHost: (host) => again(live.startHost(host), host),
    append: (batch) =>
      live.append(batch).catch(async (error: unknown) => {
        if (!isNotFound(error) || !(await holds(archive, batch.execution))) throw error;
        await checkKept(archive, batch);
      }),
    ...(live.metric && { metric: (metric) => again(live.metric?.(metric) ?? Promise.resolve(), metric) }),
    finishHost: (end) => again(live.finishHost(end), end),
    finishStep: (end) => again(live.finishStep(end), end),
    finishExecution: (end) => again(live.finishExecution(end), end),
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

async function holds(archive: LogSource, execution: string): Promise<boolean> {
  try {
    await archive.getExecution({ execution });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function checkKept(
  archive: LogSource,
  { execution, step, host, firstNumber, lines, uncounted }: Append,
): Promise<void> {
  const ref: HostRef = { execution, step, host };
  const { total = 0 } = await archive.readLog({
    ...ref,
    position: { at: 'end' },
    limit: { lines: 1 },
    withoutText: true,
  });
  if (!uncounted && firstNumber + lines.count - 1 <= total) return;
  throw new LogError(
    'invalidRequest',
    `The execution "${execution}" has ended and is archived; nothing can be appended.`,
  );
}

function isNotFound(error: unknown): boolean {
  return error instanceof LogError && error.code === 'notFound';
}
