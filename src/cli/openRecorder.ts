import { hostname } from 'node:os';
import { LogError } from '../model/errors.ts';
import { captureConsole } from '../record/program/captureConsole.ts';
import { LateSink } from '../record/program/lateSink.ts';
import { ProgramRecorder } from '../record/program/programRecorder.ts';
import { defaultConnection, homeFolder } from '../sources/home.ts';
import { openSink } from '../sources/open.ts';
import { environmentCredentials } from './credentials.ts';
import { userName } from './userName.ts';

export interface RecorderOptions {
  /**
   * Where to record: `sqlite:<path>`, `redis://…` or `https://…`; default the local store in EXECLOGS_HOME.
   * Credentials come from EXECLOGS_TOKEN, or EXECLOGS_USER and EXECLOGS_PASSWORD.
   */
  readonly to?: string | undefined;
  /** Record what is written to the console within a run, too. */
  readonly console?: boolean;
  /** Is told in words what could not be recorded, and what was logged outside of any run; default stderr. */
  readonly report?: (words: string) => void;
}

export interface RunOptions {
  readonly name: string;
  /** Id of the job that this is a run of. */
  readonly job?: string;
  /** What sort of thing runs; default `program`. */
  readonly kind?: string;
  readonly user?: string;
}

/** Logs one thing: text, an error with its stack, or any other value; the fields stand beside it. */
export type LogCall = (said: unknown, fields?: Readonly<Record<string, unknown>>) => void;

export interface Recorder {
  /** Does the work as an execution of its own. Gives what it gives and throws what it throws, once that is written. */
  readonly run: <T>(about: string | RunOptions, work: () => T | Promise<T>) => Promise<T>;
  /** Does the work as a step of the run, and within the step, that it is called in. */
  readonly step: <T>(name: string, work: () => T | Promise<T>) => Promise<T>;
  /** Does the work once for each host, side by side. */
  readonly stepOn: <T>(name: string, hosts: readonly string[], work: (host: string) => T | Promise<T>) => Promise<T[]>;
  /** Logs into the step and host that it is called in. */
  readonly log: Readonly<Record<'trace' | 'debug' | 'info' | 'notice' | 'warn' | 'error' | 'fatal', LogCall>>;
  /** Tells a number of the run, and of the step that it is called in. */
  readonly metric: (name: string, value: number, unit?: string) => void;
  /** Waits for runs that go on, and closes what it records into. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Opens a recorder for a program. Throws for what is no connection; what cannot be reached yet is tried again while it is used. */
export async function openRecorder(options: RecorderOptions = {}): Promise<Recorder> {
  const report = options.report ?? tellOnStderr;
  const url = options.to ?? defaultConnection(homeFolder(process.env, process.platform));
  const credentials = environmentCredentials(process.env);
  const sink = new LateSink(() => openSink(url, /^sqlite:/i.test(url) ? {} : { credentials }));
  try {
    await sink.opened();
  } catch (error) {
    const failure = LogError.from(error);
    if (failure.code !== 'unavailable') throw failure;
    report(`${failure.message} It is tried again while the program goes on.`);
  }
  const recorder = new ProgramRecorder(sink, hostname(), report);
  const captured = options.console
    ? captureConsole(console, (text, stream, level) => recorder.write(text, stream, level))
    : undefined;
  const close = async (): Promise<void> => {
    await recorder.settled();
    captured?.[Symbol.dispose]();
    await sink[Symbol.asyncDispose]();
  };
  const at =
    (level: keyof Recorder['log']): LogCall =>
    (said, fields) =>
      recorder.log(level, said, fields);
  return {
    run: (about, work) => {
      const known = typeof about === 'string' ? { name: about } : about;
      return recorder.run({ user: userName(), ...known }, work);
    },
    step: (name, work) => recorder.step(name, work),
    stepOn: (name, hosts, work) => recorder.stepOn(name, hosts, work),
    log: {
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      notice: at('notice'),
      warn: at('warn'),
      error: at('error'),
      fatal: at('fatal'),
    },
    metric: (name, value, unit) => recorder.metric(name, value, unit),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function tellOnStderr(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}
