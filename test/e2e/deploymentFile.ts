import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentCommand, deploymentFile, deploymentStep } from '../harness/deploymentLog/sample.ts';

/** A deployment log of an Auto-Deployer at work: written over, as a whole and in place, after everything that it does. */
export class DeploymentFile {
  readonly #path: string;
  readonly #begun = Date.now() - 21_000;
  #commands: object[] = [];

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const time = localTime(this.#begun).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
    this.#path = join(folder, `deploy_shop_${time}.json`);
    this.#write();
  }

  /** The second step has run another command. */
  run(command: string, stdout: string, exit_code = 0): void {
    const timestamp = localTime(Date.now());
    const parts = { stdout, exit_code, success: exit_code === 0, timestamp };
    this.#commands = [...this.#commands, deploymentCommand(command, 0, parts)];
    this.#write();
  }

  /** The second step is tried once more: what it ran before is in the file no longer. */
  retry(): void {
    this.#commands = [];
    this.#write();
  }

  #write(): void {
    const [at, cloned] = [this.#begun, this.#begun + 6_000].map(localTime);
    const clone = deploymentCommand('git clone https://git.example.org/team/shop.git ~/shop', 0, {
      stdout: "Cloning into '/home/ops/shop'...\n",
      timestamp: cloned,
    });
    const steps = [
      deploymentStep(1, { status: 'success', commands: [clone], timestamp: cloned }),
      deploymentStep(2, { commands: this.#commands, timestamp: cloned }),
    ];
    writeFileSync(this.#path, JSON.stringify(deploymentFile({ start_time: at, steps }), undefined, 2));
  }
}

function localTime(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
}
