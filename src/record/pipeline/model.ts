/** A pipeline as it is written: modules of tasks of steps, over named hosts. */
export interface Pipeline {
  readonly name: string;
  /** When a service that runs it starts it by itself: five fields. */
  readonly cron?: string;
  /** False: no service runs it. */
  readonly enabled: boolean;
  readonly environment: Environment;
  readonly pre: readonly Step[];
  readonly modules: readonly Module[];
  readonly post: readonly Step[];
}

export type Environment = Readonly<Record<string, string>>;

export interface Module {
  readonly name: string;
  readonly enabled: boolean;
  readonly pre: readonly Step[];
  readonly tasks: readonly Task[];
  readonly post: readonly Step[];
}

export interface Task {
  readonly name: string;
  readonly hosts: readonly Host[];
  /** How many hosts run at the same time. */
  readonly concurrency: number;
  /** A failure of this task does not stop its module. */
  readonly ignoreError: boolean;
  /** The first failing host cancels the others. */
  readonly failFast: boolean;
  readonly steps: readonly Step[];
}

/** A named place on this machine or, with `ssh`, on another one. */
export interface Host {
  readonly name: string;
  readonly ssh?: { readonly destination: string; readonly options: readonly string[] };
  readonly environment: Environment;
  readonly directory?: string;
}

export interface Step {
  /** Unique in the pipeline. */
  readonly id: string;
  /** Place in the pipeline, from 1, in the order in which steps are written. */
  readonly order: number;
  readonly name: string;
  /** Names of the module and task, or of the hook, that it belongs to. */
  readonly path: readonly string[];
  readonly run: Script;
  /** When this succeeds there is nothing to do: the step is skipped. */
  readonly check?: Script;
  readonly environment: Environment;
  readonly directory?: string;
  /** Run by sudo: as that user, else as root. */
  readonly sudo?: { readonly user?: string };
  /** Milliseconds. */
  readonly timeout?: number;
  readonly ignoreError: boolean;
}

/** A script for the shell, or a command with its arguments. */
export type Script = string | readonly [string, ...string[]];

export const localHost: Host = { name: 'local', environment: {} };
