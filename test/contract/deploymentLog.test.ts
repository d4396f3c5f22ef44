import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDeploymentLogs } from '../../src/sources/deploymentLog/source.ts';
import { DeploymentWriter } from '../harness/deploymentLog/writer.ts';
import { renamed } from '../harness/opsJobs/writer.ts';
import { describeLogSource } from './describeLogSource.ts';

/** What the laws write happened long ago, and is not given up for that. */
const stale = '?stale=100d';

await describeLogSource('deploymentLog', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'execlogs-deployments-'));
  const writer = new DeploymentWriter(folder);
  const files = openDeploymentLogs(`deployment-log:${folder}${stale}`);
  return {
    source: renamed(files, writer),
    sink: writer,
    waitingTails: () => files.waiting,
    async [Symbol.asyncDispose]() {
      await files[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
