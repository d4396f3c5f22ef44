import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFolder } from '../harness/projectFolder.ts';

/** `execlogs serve --pipelines` in a folder of its own, for this machine. */
export class PipelineService implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** `pipelines` by the names of their files. */
  static async start(folder: string, pipelines: Readonly<Record<string, string>>): Promise<PipelineService> {
    const jobs = join(folder, 'pipelines');
    await mkdir(jobs, { recursive: true });
    for (const [name, text] of Object.entries(pipelines)) await writeFile(join(jobs, `${name}.yaml`), text);
    const child = spawn(
      process.execPath,
      [join(projectFolder, 'dist/execlogs.mjs'), 'serve', '--port', '0', '--pipelines', jobs],
      { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, EXECLOGS_HOME: folder } },
    );
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new PipelineService((JSON.parse(line) as { url: string }).url, child);
  }

  /** Runs a job now, as a program would. */
  async trigger(job: string): Promise<void> {
    const response = await fetch(`${this.url}/api/cronjobs/${job}/trigger`, { method: 'POST' });
    if (!response.ok) throw new Error(`${job} was not triggered: ${await response.text()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill();
    await gone;
  }
}
