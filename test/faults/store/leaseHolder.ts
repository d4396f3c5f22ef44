/** Holds a lease until it is killed: `leaseHolder.ts <store> <name>` prints a line that says whether it has it. */
import { openLease } from '../../../src/sources/open.ts';

const [path = '', name = ''] = process.argv.slice(2);
await using lease = await openLease(`sqlite:${path}`, name);
await lease.hold(() => {
  say(true);
  // A timer keeps the process.
  return new Promise(() => setInterval(() => undefined, 60_000));
});
say(false);

function say(held: boolean): void {
  process.stdout.write(`${JSON.stringify({ held })}\n`);
}
