/** Runs a page's script in Node: what is relative there is the service's here. */
import { readFileSync } from 'node:fs';
import { runInThisContext } from 'node:vm';

const [, , script = '', origin = ''] = process.argv;
const plain = globalThis.fetch;
globalThis.fetch = (input, init) => plain(typeof input === 'string' ? new URL(input, origin) : input, init);
runInThisContext(readFileSync(script, 'utf8'));
const logs = (await runInThisContext("getJobLogs('job123', { level: 'ERROR', limit: 1 })")) as unknown;
process.stdout.write(`${JSON.stringify(logs)}\n`);
