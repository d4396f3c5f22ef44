import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, extname } from 'node:path';
import { LogError } from '../model/errors.ts';
import type { LogSink } from '../model/sink.ts';
import { newExecutionId } from '../record/executionId.ts';
import type { Pipeline } from '../record/pipeline/model.ts';
import type { RunResult } from '../record/runResult.ts';
import type { Stop } from '../record/stop.ts';
import { usageError, type Verb, type Words } from './commandLine.ts';
import { jsonOption, reachOptions } from './connection.ts';
import { currentFolder } from './currentFolder.ts';
import { deploymentLogOption, keepCommand, keepPipeline } from './deploymentLog.ts';
import { openDestination } from './destination.ts';
import { stopOnSignals } from './interrupts.ts';
import { paintFor } from './paint.ts';
import { lossWords, resultTable } from './resultTable.ts';
import { StandardOutput, type Descriptor } from './standardOutput.ts';
import { userName } from './userName.ts';

export const run: Verb = {
  name: 'run',
  operands: '(-- <command…> | <pipeline.yaml>)',
  summary: 'Run a command or a pipeline, and record it.',
  about:
    'A command gets our stdin, and its output passes as it comes; the result is told on stderr. Exits with its exit code.\n' +
    'Ctrl-C ends the run as cancelled; a second one kills what still runs.',
  options: {
    to: { type: 'string', value: 'connection', help: 'Record there (default: the local store in EXECLOGS_HOME)' },
    ...reachOptions,
    name: { type: 'string', value: 'name', help: "Name of the execution (default: the command's or the pipeline's)" },
    'deployment-log': deploymentLogOption,
    quiet: { type: 'boolean', short: 'q', help: 'Show neither output nor result' },
    json: { ...jsonOption, help: 'Print the result as one JSON object on stdout, everything else on stderr' },
  },
  async run(words) {
    const start = await startOf(words);
    const stop = stopOnSignals();
    const out = new StandardOutput();
    const destination = await openDestination(words);
    try {
      const result = await start(destination.sink, out, stop);
      await tell(result, words, out);
      return result.exitCode;
    } finally {
      stop.dispose();
      await destination.settle();
    }
  },
};

type Start = (sink: LogSink, out: StandardOutput, stop: Stop) => Promise<RunResult>;

/** What is wrong with what was typed, or with the pipeline, is told before anything is opened or begun. */
async function startOf(words: Words): Promise<Start> {
  const { operands, rest } = words;
  if (rest !== undefined) {
    if (operands.length > 0)
      throw usageError(`What does "${operands.join(' ')}" before "--" mean? The command stands after it.`);
    const [command, ...more] = rest;
    if (command === undefined) throw usageError('Which command? Name it after "--".');
    return (sink, out, stop) => runCommand(command, more, words, { sink, out, stop });
  }
  const [file, ...more] = operands;
  if (file === undefined)
    throw usageError('What is to be run? execlogs run -- <command…>, or execlogs run <pipeline.yaml>');
  if (more.length > 0) throw usageError(`To run a command put "--" before it: execlogs run -- ${operands.join(' ')}`);
  const { readPipeline } = await import('../record/pipeline/readPipeline.ts');
  const pipeline = readPipeline(file, readPipelineFile(file));
  const job = basename(file, extname(file));
  return (sink, out, stop) => runPipeline(pipeline, job, words, { sink, out, stop });
}

interface Place {
  readonly sink: LogSink;
  readonly out: StandardOutput;
  readonly stop: Stop;
}

async function runCommand(command: string, more: readonly string[], words: Words, place: Place): Promise<RunResult> {
  const { recordCommand } = await import('../record/recordCommand.ts');
  const name = words.text('name') ?? [basename(command), ...more].join(' ').slice(0, 200);
  const quiet = words.flag('quiet');
  const main = mainDescriptor(words);
  const shown = {
    ...(place.out.gone && !quiet && main === 1 && { gone: place.out.gone }),
    write: (stream: 'stdout' | 'stderr', chunk: Uint8Array) =>
      quiet ? undefined : place.out.write(stream === 'stdout' ? main : 2, chunk),
  };
  const from = started();
  const kept = await keepCommand(shown, words, { ...from, name, command: [command, ...more] }, report);
  const about = {
    execution: { ...from, name },
    command,
    arguments: more,
    directory: currentFolder(),
    environment: process.env,
    hostName: hostname(),
  };
  const result = await recordCommand(about, place.sink, kept.echo, place.stop, { report });
  kept.finish(result);
  return result;
}

/** All runs of one file are runs of one job, whatever name they are given. */
async function runPipeline(read: Pipeline, job: string, words: Words, place: Place): Promise<RunResult> {
  const { recordPipeline } = await import('../record/recordPipeline.ts');
  const { PipelineEcho } = await import('./pipelineEcho.ts');
  const pipeline = { ...read, name: words.text('name') ?? read.name };
  const main = mainDescriptor(words);
  const shown = words.flag('quiet')
    ? { begins: () => {}, output: () => ({ write: () => undefined }), ends: () => {} }
    : new PipelineEcho(place.out, paintFor(main === 1 ? process.stdout : process.stderr), main);
  const execution = { ...started(), job };
  const kept = await keepPipeline(shown, words, { ...execution, pipeline }, report);
  const about = { execution, pipeline, directory: currentFolder(), environment: process.env };
  const result = await recordPipeline(about, place.sink, kept.echo, place.stop, { report });
  kept.finish(result);
  return result;
}

function started(): { execution: string; user: string; invocation: { command: string[]; directory: string } } {
  return {
    execution: newExecutionId(),
    user: userName(),
    invocation: { command: ['execlogs', ...process.argv.slice(2)], directory: currentFolder() },
  };
}

/** With --json stdout is for the object alone. */
function mainDescriptor(words: Words): Descriptor {
  return words.flag('json') ? 2 : 1;
}

function readPipelineFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT')
      throw new LogError('notFound', `There is no pipeline ${file}. To run a command put "--" before it.`);
    if (code === 'EISDIR') throw usageError(`${file} is a folder. Name the pipeline in it that is to be run.`);
    throw LogError.from(error, 'invalidRequest');
  }
}

/** A command's stdout is its own: what is ours goes to stderr. */
async function tell(result: RunResult, words: Words, out: StandardOutput): Promise<void> {
  const encoder = new TextEncoder();
  const json = words.flag('json');
  const main: Descriptor = words.rest !== undefined || json ? 2 : 1;
  if (!words.flag('quiet')) {
    const paint = paintFor(main === 1 ? process.stdout : process.stderr);
    void out.write(main, encoder.encode(resultTable(result, paint, words.text('to'))));
  }
  if (json) void out.write(1, encoder.encode(`${JSON.stringify(result)}\n`));
  void out.write(2, encoder.encode(lossWords(result)));
  await out.end();
}

function report(words: string): void {
  process.stderr.write(`execlogs: ${words}\n`);
}
