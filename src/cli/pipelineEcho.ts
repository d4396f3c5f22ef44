import type { Host, Step } from '../record/pipeline/model.ts';
import type { RunEcho } from '../record/pipeline/pipelineRecording.ts';
import type { Output } from '../record/outputPump.ts';
import type { HostResult } from '../record/runResult.ts';
import { paintStatus, type Paint } from './paint.ts';
import type { Descriptor, StandardOutput } from './standardOutput.ts';
import { cell } from './table.ts';
import { durationWords } from './times.ts';

const lineFeed = 10;
const encoder = new TextEncoder();

/** Shows a pipeline at work: what begins, each line behind its host's name, what ended how. */
export class PipelineEcho implements RunEcho {
  readonly #out: StandardOutput;
  readonly #paint: Paint;
  /** Where words and stdout go. */
  readonly #main: Descriptor;
  readonly #open = new Map<string, PrefixedOutput>();

  constructor(out: StandardOutput, paint: Paint, main: Descriptor) {
    this.#out = out;
    this.#paint = paint;
    this.#main = main;
  }

  begins(step: Step, host: Host): void {
    this.#say(`${this.#tag(host.name)} ${this.#paint('bold', `▶ ${title(step)}`)}`);
  }

  output(step: Step, host: Host): Output {
    const prefix = encoder.encode(`${this.#tag(host.name)} `);
    const output = new PrefixedOutput(prefix, this.#out, this.#main);
    this.#open.set(key(step.id, host.name), output);
    return output;
  }

  ends(result: HostResult): void {
    const at = key(result.step, result.host);
    this.#open.get(at)?.end();
    this.#open.delete(at);
    const took = result.startedAt === undefined ? '' : ` ${durationWords(result.endedAt - result.startedAt)}`;
    const why =
      result.message === undefined ? '' : ` (${cell(result.message, 120)}${result.ignored ? ', ignored' : ''})`;
    const status = paintStatus(this.#paint, result.status);
    this.#say(`${this.#tag(result.host)} ${this.#paint('bold', `■ ${title(result)}`)} ${status}${took}${why}`);
  }

  #tag(host: string): string {
    return this.#paint('cyan', `[${cell(host, 30)}]`);
  }

  #say(words: string): void {
    void this.#out.write(this.#main, encoder.encode(`${words}\n`));
  }
}

function title({ name, path }: { readonly name: string; readonly path: readonly string[] }): string {
  return cell([...path, name].join(' › '), 100);
}

function key(step: string, host: string): string {
  return `${step}\n${host}`;
}

/** Whole lines behind a prefix; what has no line end yet waits for it. */
class PrefixedOutput implements Output {
  readonly #prefix: Uint8Array;
  readonly #out: StandardOutput;
  readonly #main: Descriptor;
  readonly #open = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };

  constructor(prefix: Uint8Array, out: StandardOutput, main: Descriptor) {
    this.#prefix = prefix;
    this.#out = out;
    this.#main = main;
  }

  write(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> | undefined {
    const open = this.#open[stream];
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      parts.push(this.#prefix, ...open.splice(0), chunk.subarray(from, at + 1));
      from = at + 1;
    }
    if (from < chunk.length) open.push(chunk.subarray(from));
    return parts.length > 0 ? this.#write(stream, parts) : undefined;
  }

  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const open = this.#open[stream].splice(0);
      if (open.length > 0) void this.#write(stream, [this.#prefix, ...open, Uint8Array.of(lineFeed)]);
    }
  }

  #write(stream: 'stdout' | 'stderr', parts: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#out.write(stream === 'stdout' ? this.#main : 2, Buffer.concat(parts));
  }
}
