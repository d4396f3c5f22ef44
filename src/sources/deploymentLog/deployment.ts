import type { Status } from '../../model/status.ts';

/** What a deployment log says, whichever version of the format it is in. Times are milliseconds since the epoch. */
export interface Deployment {
  /** Name of what was deployed; undefined when the file does not say. */
  readonly name?: string;
  readonly status: Status;
  /** The file's own word. */
  readonly rawStatus?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly message?: string;
  readonly user?: string;
  /** In their order; those that only the plan knows are there, too. */
  readonly steps: readonly DeploymentStep[];
}

export interface DeploymentStep {
  readonly id: string;
  readonly name: string;
  readonly order: number;
  readonly status: Status;
  readonly rawStatus?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly message?: string;
  readonly hosts: readonly DeploymentHost[];
  /** What was run, in its order. It shrinks when the step begins again. */
  readonly commands: readonly Command[];
  /** What is said besides, in its order; only ever added to. */
  readonly remarks: readonly Remark[];
  /** It only stands in the plan. */
  readonly planned?: true;
}

export interface DeploymentHost {
  readonly name: string;
  readonly status: Status;
  readonly exitCode?: number;
  readonly message?: string;
}

export interface Command {
  readonly command: string;
  readonly host?: string;
  readonly succeeded?: boolean;
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly time?: number;
  readonly iteration: number;
  /** Why it was run, where the file says so. */
  readonly reasoning?: string;
  readonly extracted?: string;
  readonly cut: Cut;
}

/** How the writer cut a command's output: after how many characters, and of how many where that is known. */
export interface Cut {
  readonly stdout?: { readonly kept: number; readonly of?: number };
  readonly stderr?: { readonly kept: number; readonly of?: number };
}

/** Something that was said once: a question with its answer, a compression, a result, an error. */
export interface Remark {
  readonly words: string;
  readonly error?: true;
  readonly time?: number;
}
