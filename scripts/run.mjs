/**
 * Runs a script of this folder with the project's own Node, after installing what the project depends on where it
 * is missing. Plain JavaScript without dependencies: any Node from 20 on can run it in a fresh clone.
 *
 *     node scripts/run.mjs start.ts [arguments…]
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const programs = join(root, 'node_modules/.bin');
const node = join(programs, process.platform === 'win32' ? 'node.exe' : 'node');

/** npm writes its own copy of the lock file last, so an interrupted installation is seen as none. */
function isInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed) || !existsSync(node)) return false;
  const there = packagesOf(installed);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || there[path]?.version === version,
  );
}

/** @typedef {{ version: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * @param {string} lockFile
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function install() {
  console.error('Installing dependencies');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0 && existsSync(node)) return;
  console.error('The dependencies are not installed: run `npm ci` where the npm registry can be reached.');
  process.exit(1);
}

if (!isInstalled()) install();
const [script = '', ...args] = process.argv.slice(2);
const child = spawn(node, [join(root, 'scripts', script), ...args], {
  stdio: 'inherit',
  // A process group of its own: whatever the script has started, however deep, hears that it is over.
  detached: process.platform !== 'win32',
  env: { ...process.env, PATH: [programs, process.env['PATH']].join(delimiter) },
});
child.on('exit', (code) => process.exit(code ?? 1));

const stop = (/** @type {NodeJS.Signals} */ signal) => {
  if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal);
  else child.kill(signal);
};
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop);
// The shell between npm and this program passes no signals on: it just ends.
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(watch);
  stop('SIGTERM');
}, 250);
