import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../test/harness/bundledProgram.ts';
import type { Bench, Ratio, Sample } from './bench.ts';

/** Tells how much memory a process had at most, in KiB, when it exits. */
const tellMemory =
  'data:text/javascript,import{writeFileSync}from"node:fs";' +
  'process.on("exit",()=>writeFileSync(process.env.MEMORY_FILE,String(process.resourceUsage().maxRSS)))';

/**
 * Recording `yes | head` against a plain pipe to a file, whole processes, from the command to the shell's next prompt: 5 million lines, where
 * starting Node is a large part of the time, and 50 million, where it is not; the memory the two need; and the start of the program against
 * that of Node alone.
 */
export const bench: Bench = {
  id: 'record',
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-bench-'));
    const program = await bundleProgram();
    const place = { folder, program: program.path };
    return {
      ratios: [
        pipe(place, 'record-pipe-5m', 5_000_000),
        pipe(place, 'record-pipe-50m', 50_000_000),
        memory(place),
        start(place),
      ],
      async [Symbol.asyncDispose]() {
        await program[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  },
};

interface Place {
  readonly folder: string;
  readonly program: string;
}

function pipe(place: Place, id: string, lines: number): Ratio {
  const file = join(place.folder, 'plain');
  return {
    id,
    unit: 'ms',
    target: 2,
    direction: 'atMost',
    ours: async () => {
      const { value, recorded } = await record(place, lines);
      return { value, output: recorded };
    },
    theirs: async () => {
      const value = await timed('sh', ['-c', `yes | head -n ${lines} | cat > ${file}`]);
      const bytes = await readFile(file);
      return { value, output: String(bytes.length / 2) };
    },
  };
}

function memory(place: Place): Ratio {
  const peak = async (lines: number): Promise<Sample> => ({ value: (await record(place, lines)).memory });
  return {
    id: 'record-memory-50m-5m',
    unit: 'MB',
    target: 1.5,
    direction: 'atMost',
    ours: () => peak(50_000_000),
    theirs: () => peak(5_000_000),
  };
}

function start(place: Place): Ratio {
  return {
    id: 'record-start',
    unit: 'ms',
    target: 2.5,
    direction: 'atMost',
    ours: async () => ({ value: await timed(process.execPath, [place.program, '--help']) }),
    theirs: async () => ({ value: await timed(process.execPath, ['--eval', '0']) }),
  };
}

/** Milliseconds, lines as the result tells them, and the most memory in MB. */
async function record(place: Place, lines: number): Promise<{ value: number; recorded: string; memory: number }> {
  const home = await mkdtemp(join(place.folder, 'home-'));
  const memoryFile = join(home, 'memory');
  const command = ['run', '--', 'sh', '-c', `yes | head -n ${lines}`];
  const env = { ...process.env, EXECLOGS_HOME: home, MEMORY_FILE: memoryFile };
  let words = '';
  const value = await timed(process.execPath, ['--import', tellMemory, place.program, ...command], env, (more) => {
    words += more;
  });
  const kibibytes = Number(await readFile(memoryFile, 'utf8'));
  await rm(home, { recursive: true });
  const recorded = /succeeded +0 .* ([\d,]+)\n/.exec(words)?.[1]?.replaceAll(',', '');
  return { value, recorded: recorded ?? words, memory: kibibytes / 1_024 };
}

/** Milliseconds until the command has ended well. */
async function timed(
  command: string,
  typed: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  onWords: (words: string) => void = () => {},
): Promise<number> {
  const begin = performance.now();
  const child = spawn(command, typed, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.setEncoding('utf8').on('data', onWords);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
  return performance.now() - begin;
}
