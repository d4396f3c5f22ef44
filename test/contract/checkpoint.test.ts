import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoints } from '../../src/sources/checkpoint/source.ts';
import { CheckpointWriter } from '../harness/checkpointWriter.ts';
import { describeLogSource } from './describeLogSource.ts';

await describeLogSource('checkpoint', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  const source = openCheckpoints(folder, { pause: 20 });
  // The order of lines in wide logs is the one in which this window has seen them: it looks after every write.
  const sink = new CheckpointWriter(folder, async (execution) => {
    await source.getExecution({ execution });
  });
  return {
    source,
    sink,
    waitingTails: () => source.waiting,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await sink[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
