import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder, type ScratchFolder } from '../../scripts/scratchFolder.ts';
import { openEditor, type Editor } from '../harness/editor.ts';
import { JobsDouble } from '../harness/jobs/server.ts';
import { ClusterRun } from './clusterRun.ts';
import { DeploymentFile } from './deploymentFile.ts';
import { LogView } from './logView.ts';
import { takePicture } from './picture.ts';
import { PipelineService } from './pipelineService.ts';
import { startRecording } from './record.ts';
import { expand, node, openLog, openView, widenSidebar } from './sidebar.ts';
import { takePictures } from './themes.ts';
import { answer } from './wizard.ts';

let folder: ScratchFolder;
let service: PipelineService;
let jobs: JobsDouble;
let editor: Editor;

/** What runs goes on when this file is there; nothing waits for it longer than the test goes on. */
const go = (name: string) => join(folder.path, `${name}.go`);
const until = (name: string) => `while [ -d ${folder.path} ] && [ ! -e ${go(name)} ]; do sleep 0.1; done`;

beforeAll(async () => {
  folder = await scratchFolder('systems');
  for (const name of ['deployments', 'checkpoints']) await mkdir(join(folder.path, name));
  jobs = await JobsDouble.open({ generation: 'H' });
  const nightly = `
name: Nightly upkeep
hosts: [db-1, db-2]
modules:
  - name: Upkeep
    tasks:
      - name: Upkeep
        steps:
          - { name: Vacuum, run: 'echo "vacuuming orders on $EXECLOGS_HOST"; echo "WARN 12 dead rows stay: a transaction is open"' }
          - name: Backup
            run: |
              for table in customers orders stock; do echo "dumping $table of $EXECLOGS_HOST"; done
              ${until('nightly')}
              echo "dumped 1,204 rows"
`;
  service = await PipelineService.start(folder.path, { nightly });
  const connections = [
    { name: 'Deployments', url: `deployment-log:${join(folder.path, 'deployments')}` },
    { name: 'kubexm', url: `checkpoint:${join(folder.path, 'checkpoints')}` },
    { name: 'Cron jobs', url: `cronjobs+${service.url}` },
    { name: 'GAgent', url: `jobs+${jobs.url}` },
  ];
  editor = await openEditor({
    theme: 'dark',
    viewport: { width: 1360, height: 560 },
    settings: { 'executionLogs.connections': connections },
  });
  await openView(editor);
  await widenSidebar(editor);
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await takePicture(editor, `broken-${task.name}`);
});

afterAll(async () => {
  await editor[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  await jobs[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** All tabs go, and the branches of the tree that were looked at fold. */
async function tidy(connection: string): Promise<void> {
  await editor.runCommand('View: Close All Editors');
  await expand(editor, connection, false);
}

describe('deployment logs', () => {
  it('shows a step that is tried again, below what it did before', async () => {
    const file = new DeploymentFile(join(folder.path, 'deployments'));
    file.run('npm ci', 'npm error code ENOSPC\nnpm error nospc There is not enough space on the disk\n', 1);
    await expand(editor, 'Deployments');
    await expand(editor, 'shop');
    await expand(editor, 'Install');
    await openLog(editor, 'ops@192.0.2.7');
    const log = new LogView(editor);
    await log.seeLine('$ npm ci');
    await log.seeState(/Live/);
    file.run('npm cache clean --force', 'cache cleaned\n');
    await log.seeLine('cache cleaned');
    file.retry();
    file.run('npm ci', 'added 214 packages in 9s\n');
    await log.seeLine('added 214 packages');
    const texts = (await log.rows()).map(({ text }) => text);
    expect(texts).toEqual([
      '$ npm ci',
      'npm error code ENOSPC',
      'npm error nospc There is not enough space on the disk',
      'exit code 1',
      '$ npm cache clean --force',
      'cache cleaned',
      'The step begins again: what follows takes the place of what stands above.',
      '$ npm ci',
      'added 214 packages in 9s',
    ]);
    await takePictures(editor, 'deployment-log');
  });

  it('shows what `run --deployment-log` writes, command by command', async () => {
    const pipeline = join(folder.path, 'rollout.yaml');
    await writeFile(
      pipeline,
      `
name: Roll out
hosts: [east, west]
modules:
  - name: Shop
    tasks:
      - name: Shop
        steps:
          - { name: Unpack, run: 'echo "unpacked on $EXECLOGS_HOST"' }
          - { name: Switch over, run: '${until('rollout')}; echo "switched $EXECLOGS_HOST"' }
`,
    );
    const elsewhere = { ...editor, home: join(folder.path, 'elsewhere') };
    startRecording(elsewhere, '--deployment-log', join(folder.path, 'deployments'), pipeline);
    await expand(editor, 'Roll out');
    await expand(editor, /Unpack$/);
    await openLog(editor, 'west');
    const log = new LogView(editor, 'Roll out');
    await log.seeLine('unpacked on west');
    await expand(editor, /Unpack$/, false);
    await expand(editor, /Switch over$/);
    await openLog(editor, 'east');
    await log.seeState(/Live/);
    await writeFile(go('rollout'), '');
    await log.seeLine('switched east');
    await log.seeState(/Succeeded/);
    await tidy('Deployments');
  });
});

describe('checkpoints', () => {
  it('follows a run, and keeps it when kubexm deletes its file', async () => {
    await using run = await ClusterRun.begin(join(folder.path, 'checkpoints'));
    await run.beginStep('GatherFacts');
    for (const host of ['node1', 'node2']) await run.say('GatherFacts', host, `${host}: Ubuntu 22.04, 4 cores`);
    await run.endStep('GatherFacts');
    await run.beginStep('InstallContainerd');
    await run.say(
      'InstallContainerd',
      'node1',
      'unpacking containerd-1.7.13-linux-amd64.tar.gz',
      'writing config.toml',
    );

    await expand(editor, 'kubexm');
    await expand(editor, 'CreateNewCluster');
    await expand(editor, 'InstallContainerd');
    await openLog(editor, 'node1');
    const log = new LogView(editor);
    await log.seeLine('writing config.toml');
    await log.seeState(/Live|Asking/);
    await run.say('InstallContainerd', 'node1', 'containerd.service is active');
    await log.seeLine('containerd.service is active');
    await run.deleteCheckpoint();
    await log.seeState(/Succeeded/);
    await log.seeLine('unpacking containerd');
    await takePictures(editor, 'checkpoint');
    await expand(editor, 'InstallContainerd', false);
    await expand(editor, 'GatherFacts');
    await openLog(editor, 'node2');
    await log.seeLine('node2: Ubuntu 22.04, 4 cores');
    await tidy('kubexm');
  });
});

describe('cron jobs', () => {
  it('follows a job that was asked for over HTTP', async () => {
    await service.trigger('nightly');
    await node(editor, 'Cron jobs').click();
    await expand(editor, 'Nightly upkeep');
    await openLog(editor, 'Vacuum');
    const log = new LogView(editor);
    await log.seeLine('vacuuming orders on db-1');
    await log.seeLine('vacuuming orders on db-2');
    await openLog(editor, 'Backup');
    await log.seeLine('dumping stock of db-2');
    await log.seeState(/Live|Asking/);
    await takePictures(editor, 'cronjobs');
    await writeFile(go('nightly'), '');
    await log.seeLine('dumped 1,204 rows');
    await log.seeState(/Succeeded/);
    await tidy('Cron jobs');
  });
});

describe('jobs', () => {
  const begin = (id: string, type: string, name: string) => jobs.addJob(id, { type, name, createdAt: Date.now() });

  it('follows two jobs side by side, and folds the one that ends', async () => {
    const survey = begin('46e36745f16f4eaf', 'plan_decompose', 'Survey the phages');
    const report = begin('8be1ba4c3aff36e8', 'plan_execute', 'Write the report');
    jobs.log(survey, 'Task decomposition has been queued in background.');
    jobs.log(survey, 'Starting single-node decomposition.');
    jobs.log(report, 'Plan execution has been queued in background.');
    jobs.log(report, 'Executing task 1 of 3: collect the sources.');

    await node(editor, 'GAgent').click();
    await node(editor, 'Survey the phages').waitFor();
    await editor.runCommand('Execution Logs: Open Execution or Job by Id');
    await answer(editor, 'In which connection', 'GAgent');
    await answer(editor, 'The id of an execution or a job', report.id);
    const [reportLog, surveyLog] = [new LogView(editor, report.name), new LogView(editor, survey.name)];
    await reportLog.seeLine('Executing task 1 of 3');
    await node(editor, survey.name).hover();
    await node(editor, survey.name).locator('[aria-label*="to the Side"]').click();
    await surveyLog.seeLine('Starting single-node decomposition.');
    for (const log of [reportLog, surveyLog]) await log.seeState(/Live/);
    jobs.log(report, 'Executing task 2 of 3: compare the genomes.');
    await reportLog.seeLine('Executing task 2 of 3');
    jobs.log(survey, 'Created task 8: isolate the samples.');
    await surveyLog.seeLine('Created task 8');

    jobs.log(report, 'Task 2 failed: the genome NC_001416 cannot be had.', { level: 'error' });
    await reportLog.seeLine('Task 2 failed');
    jobs.change(report, { status: 'failed', error: 'Plan execution stopped at task 2.' });
    expect(await reportLog.seeSummary()).toMatch(/Failed.*Write the report.*4 lines · 1 error.*NC_001416/);
    expect(await surveyLog.isCollapsed()).toBe(false);
    await expect.poll(() => node(editor, report.name).getAttribute('aria-label')).toMatch(/failed.*stopped at task 2/);
    await takePictures(editor, 'gagent');
    await reportLog.showLog();
    await reportLog.seeLine('Executing task 1 of 3');
    await reportLog.seeState(/Failed/);
    await surveyLog.seeState(/Live/);
  });
});
