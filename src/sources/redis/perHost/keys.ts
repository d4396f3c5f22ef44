import { LogError } from '../../../model/errors.ts';

/** The keys of one execution: all in one slot of a cluster. docs/redis.md tells what each holds. */
export interface ExecutionKeys {
  /** What is said of the execution and its steps. */
  readonly state: string;
  /** Is there as long as a writer says that it is. */
  readonly writer: string;
  /** The hosts' logs by number. */
  readonly logs: string;
  /** How many lines have which level, and errors which text. */
  readonly counts: string;
  /** What the run told of itself. */
  readonly metrics: string;
  /** The order of the lines of all hosts. */
  readonly order: string;
  /** What is said of a step's hosts. */
  readonly hosts: (step: string) => string;
  /** The order of the lines of a step's hosts. */
  readonly stepOrder: (step: string) => string;
  /** The lines of a host. */
  readonly lines: (step: string, host: string) => string;
}

/** The keys of one deployment. */
export class Keys {
  readonly #prefix: string;

  /** Throws invalidRequest for a prefix that would not keep an execution's keys together. */
  constructor(prefix = 'execlogs') {
    if (!/^[^\s{}*?[\]\\]+$/.test(prefix))
      throw new LogError('invalidRequest', 'A prefix of keys has no spaces, braces or wildcards: ?prefix=execlogs.');
    this.#prefix = prefix;
  }

  /** Tells that something was written. */
  get wake(): string {
    return `${this.#prefix}:wake`;
  }

  /** All executions by the time of their creation. */
  get executions(): string {
    return `${this.#prefix}:executions`;
  }

  /** Executions that have not ended, by the last time their writer said that it is there. */
  get running(): string {
    return `${this.#prefix}:running`;
  }

  of(execution: string): ExecutionKeys {
    const tag = `${this.#prefix}:{${encoded(execution)}}`;
    return {
      state: `${tag}:state`,
      writer: `${tag}:writer`,
      logs: `${tag}:logs`,
      counts: `${tag}:counts`,
      metrics: `${tag}:metrics`,
      order: `${tag}:order`,
      hosts: (step) => `${tag}:hosts:${encoded(step)}`,
      stepOrder: (step) => `${tag}:order:${encoded(step)}`,
      lines: (step, host) => `${tag}:lines:${encoded(step)}:${encoded(host)}`,
    };
  }
}

function encoded(id: string): string {
  try {
    if (id !== '') return encodeURIComponent(id);
  } catch {
    // Half a character; told like an id that is none.
  }
  throw new LogError('invalidRequest', 'An id is text of at least one character.');
}
