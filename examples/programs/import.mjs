// A program that records itself, wherever `execlogs` is on the PATH:
//   node examples/programs/import.mjs [sqlite:<path> | redis://… | https://…]
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** @type {typeof import('../../src/cli/openRecorder.ts')} */
const { openRecorder } = await import(execFileSync('execlogs', ['recorder'], { encoding: 'utf8' }).trim());
const { run, step, stepOn, log, metric, close } = await openRecorder({ to: process.argv[2] });

await run({ name: 'Import orders', job: 'import-orders' }, async () => {
  const files = await step('look', () => {
    log.info('two files are new', { folder: 'inbox' });
    return ['monday.csv', 'tuesday.csv'];
  });

  // What runs side by side does not mix: each line knows the step and the host that it belongs to.
  const rows = await stepOn('read', files, async (file) => {
    log.info(`reading ${file}`);
    await pause(20);
    await step('check', () => log.debug(`${file} is well formed`));
    return file.length;
  });
  metric(
    'rows',
    rows.reduce((sum, count) => sum + count, 0),
    'rows',
  );

  await step('notify', () => {
    throw new Error('nobody is there to be told');
  }).catch((error) => log.warn(`going on: ${error.message}`));
});
await close();
