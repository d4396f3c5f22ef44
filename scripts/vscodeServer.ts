import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run, start } from './processes.ts';
import { vscodeServerPaths } from './testbed.ts';

export interface VscodeServerOptions {
  /** Where it keeps its data; everything in it is its own. */
  readonly folder: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** A VSIX to install before it starts. */
  readonly vsix?: string;
  /** Asks for trust as a user's editor does; otherwise every folder is trusted. */
  readonly workspaceTrust?: boolean;
}

export interface WindowOptions {
  /** The folder to open. */
  readonly folder: string;
  /** The extension under development. */
  readonly developmentPath?: string;
  /** A script that runs in the extension host and ends the window. */
  readonly testsPath?: string;
}

/** A real VS Code whose window is a web page. */
export interface VscodeServer extends AsyncDisposable {
  readonly exited: Promise<number>;
  /** Address of a window. */
  windowUrl(window: WindowOptions): string;
}

export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  const extensions = join(options.folder, 'extensions');
  await mkdir(extensions, { recursive: true });
  const common = ['--server-data-dir', join(options.folder, 'server'), '--extensions-dir', extensions];
  const { node, main } = vscodeServerPaths;
  if (options.vsix !== undefined) {
    const code = await run(node, [main, '--install-extension', options.vsix, ...common]);
    if (code !== 0) throw new Error(`VS Code refused to install ${options.vsix}`);
  }
  const running = start(
    node,
    [
      main,
      ...common,
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--telemetry-level', 'off'],
      // The smoke test driver is what lets an address name an extension under development.
      ...['--without-connection-token', '--accept-server-license-terms', '--enable-smoke-test-driver'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } },
  );
  try {
    const port = await Promise.race([portOf(running.child.stdout), failure(running.exited, running.child.stderr)]);
    return {
      exited: running.exited,
      windowUrl: (window) => windowUrl(port, window),
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    };
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

function windowUrl(port: number, { folder, developmentPath, testsPath }: WindowOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${String(port)}${path}`;
  const url = new URL(`http://127.0.0.1:${String(port)}/`);
  url.searchParams.set('folder', folder);
  const payload = [
    ...(developmentPath === undefined ? [] : [['extensionDevelopmentPath', remote(developmentPath)]]),
    ...(testsPath === undefined ? [] : [['extensionTestsPath', remote(testsPath)]]),
  ];
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/** The port it says it listens on. Its output is read to the end, or it would stop when the pipe is full. */
async function portOf(stdout: NodeJS.ReadableStream | null): Promise<number> {
  if (!stdout) throw new Error("VS Code's server has no output");
  const lines = createInterface({ input: stdout });
  const found = Promise.withResolvers<number>();
  lines.on('line', (line) => {
    const port = /listening on (\d+)/.exec(line)?.[1];
    if (port !== undefined) found.resolve(Number(port));
  });
  return await found.promise;
}

async function failure(exited: Promise<number>, stderr: NodeJS.ReadableStream | null): Promise<never> {
  let words = '';
  stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2_000)));
  const code = await exited;
  throw new Error(`VS Code's server ended with ${String(code)}: ${words}`);
}
