import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findProgram } from './findProgram.ts';
import { run } from './processes.ts';

/** The npm package that holds a whole VS Code server, and the Node it was built for. */
const codeServer = '4.139.1';
const codeServerNode = '24.21.0';

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'execution-logs');
const home = join(cache, `code-server-${codeServer}`);
const nodePackage = `node-${process.platform}-${process.arch}`;

/** Where VS Code's server is once `installTestbed` has run. */
export const vscodeServerPaths = {
  node: join(home, 'node_modules', nodePackage, 'bin/node'),
  main: join(home, 'node_modules/code-server/lib/vscode/out/server-main.js'),
};

/** Installs the browser, Redis, an ssh server, sudo, clients of the service and VS Code's server where they are missing. */
export async function installTestbed(): Promise<void> {
  const chromium = process.env['CHROMIUM'] ?? findProgram('chromium', 'google-chrome');
  const missing = [
    // Fonts for what the tests' pictures show; a browser that is there already has its own.
    ...(chromium === undefined ? ['chromium', 'fonts-dejavu-core', 'fonts-noto-cjk'] : []),
    ...(findProgram('redis-server') === undefined ? ['redis-server'] : []),
    // Hosts on other machines are tested on this one.
    ...(findProgram('ssh') === undefined ? ['openssh-client'] : []),
    ...(sshServer() === undefined ? ['openssh-server'] : []),
    ...(findProgram('sudo') === undefined ? ['sudo'] : []),
    // Programs of others that speak to the service.
    ...(['curl', 'python3'] as const).filter((name) => findProgram(name) === undefined),
  ];
  if (missing.length > 0) await installPackages(missing);
  await installPythonClients();
  await installVscodeServer();
}

/** What document 001's Python client needs; without it one test is left out and says so. */
async function installPythonClients(): Promise<void> {
  const has = spawnSync('/usr/bin/python3', ['-c', 'import requests, websockets']).status === 0;
  if (has || process.getuid?.() !== 0) return;
  await installPackages(['python3-requests', 'python3-websockets']).catch((error: unknown) => say(String(error)));
}

/** The ssh server's file, which is seldom on the PATH. */
function sshServer(): string | undefined {
  return findProgram('sshd') ?? ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));
}

/** Installs VS Code's server where it is missing. */
export async function installVscodeServer(): Promise<void> {
  if (existsSync(home)) return;
  const tools = {
    'g++': findProgram('g++', 'clang++') !== undefined,
    make: findProgram('make') !== undefined,
    python3: findProgram('python3') !== undefined,
    'libkrb5-dev': process.platform !== 'linux' || existsSync('/usr/include/gssapi/gssapi.h'),
  };
  const missing = Object.entries(tools).flatMap(([name, isThere]) => (isThere ? [] : [name]));
  if (missing.length > 0) await installPackages(missing);
  // Only a whole installation gets the name that is looked for.
  const partial = `${home}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, 'package.json'), '{ "private": true }\n');
  say(`Installing VS Code's server ${codeServer} into ${home} (once, about 3 minutes)`);
  const stopTicking = tick();
  try {
    await npmInstall(partial, `${nodePackage}@${codeServerNode}`);
    const node = join(partial, 'node_modules', nodePackage);
    await npmInstall(partial, `code-server@${codeServer}`, {
      PATH: [join(node, 'bin'), process.env['PATH']].join(delimiter),
      npm_config_nodedir: node,
    });
  } finally {
    stopTicking();
  }
  await rename(partial, home);
}

async function npmInstall(folder: string, name: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', name];
  // The npm that called us has said which Node it is; code-server's installation believes that rather than its eyes.
  const { npm_config_user_agent: _, ...inherited } = process.env;
  const code = await run('npm', args, { cwd: folder, env: { ...inherited, ...env } });
  if (code !== 0) throw new Error(`npm could not install ${name}; is its registry reachable?`);
}

async function installPackages(missing: readonly string[]): Promise<void> {
  const remedy = `apt-get install ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !findProgram('apt-get'))
    throw new Error(`missing on this machine: ${missing.join(', ')}; as root on Debian: ${remedy}`);
  say(`Installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = ['-qq', '-o', 'DPkg::Lock::Timeout=600'];
  await run('apt-get', [...apt, 'update'], { env });
  if ((await run('apt-get', [...apt, 'install', '-y', '--no-install-recommends', ...missing], { env })) !== 0)
    throw new Error(`could not install what is missing: ${remedy}`);
}

/** Shows every half minute that something still goes on. */
function tick(): () => void {
  const begun = performance.now();
  const timer = setInterval(() => say(`… ${String(Math.round((performance.now() - begun) / 1_000))} s`), 30_000);
  return () => clearInterval(timer);
}

function say(words: string): void {
  process.stderr.write(`${words}\n`);
}
