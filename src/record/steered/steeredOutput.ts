import type { Output } from '../outputPump.ts';
import { markOf } from './steeredScript.ts';

const lineFeed = 10;
const longestTail = 4_096;

/** Takes what the shell says of its work out of its output; everything else goes on to another one. */
export class SteeredOutput implements Output {
  readonly gone?: AbortSignal;
  readonly #streams: Readonly<Record<'stdout' | 'stderr', MarkedStream>>;
  readonly #ended = Promise.withResolvers<undefined>();
  #tail = '';
  #begun = false;
  #nowhere = false;
  #exitCode: number | undefined;

  constructor(to: Output, secret: string) {
    if (to.gone) this.gone = to.gone;
    const hear = (words: string) => {
      this.#hear(words);
    };
    this.#streams = {
      stdout: new MarkedStream(secret, hear, (bytes) => to.write('stdout', bytes)),
      stderr: new MarkedStream(secret, hear, (bytes) => {
        this.#tail = (this.#tail + bytes.toString()).slice(-longestTail);
        return to.write('stderr', bytes);
      }),
    };
  }

  /** The shell is there. What stderr said before came from those that were to start it. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The directory that was asked for cannot be entered. */
  get nowhere(): boolean {
    return this.#nowhere;
  }

  /** What the work has ended with; undefined before. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Resolves when the shell has said what the work has ended with. */
  get ended(): Promise<undefined> {
    return this.#ended.promise;
  }

  /** The last lines on stderr that say anything. */
  get lastLines(): readonly string[] {
    const lines = this.#tail.split(/[\r\n]+/).map((line) => line.trim());
    return lines.filter((line) => line !== '');
  }

  write(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> | undefined {
    return this.#streams[stream].write(chunk);
  }

  /** Nothing more comes. */
  end(): void {
    this.#streams.stdout.end();
    this.#streams.stderr.end();
  }

  #hear(words: string): void {
    const [word, code] = words.split(' ');
    if (word === 'begins') this.#begun = true;
    else if (word === 'nowhere') this.#nowhere = true;
    else if (word === 'ends') {
      this.#exitCode = Number(code);
      this.#ended.resolve(undefined);
    }
  }
}

/** One stream with marks in it, which may be cut anywhere. */
class MarkedStream {
  readonly #mark: Buffer;
  readonly #hear: (words: string) => void;
  readonly #pass: (bytes: Buffer) => Promise<void> | undefined;
  #held = Buffer.alloc(0);

  constructor(secret: string, hear: (words: string) => void, pass: (bytes: Buffer) => Promise<void> | undefined) {
    this.#mark = Buffer.from(markOf(secret));
    this.#hear = hear;
    this.#pass = pass;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    let rest = Buffer.concat([this.#held, chunk]);
    const plain: Buffer[] = [];
    for (;;) {
      const at = rest.indexOf(this.#mark);
      const end = at < 0 ? -1 : rest.indexOf(lineFeed, at);
      if (end < 0) break;
      plain.push(rest.subarray(0, at));
      this.#hear(rest.toString('utf8', at + this.#mark.length, end));
      rest = rest.subarray(end + 1);
    }
    const whole = this.#lengthBeforeMark(rest);
    plain.push(rest.subarray(0, whole));
    this.#held = Buffer.from(rest.subarray(whole));
    const bytes = plain.length === 1 && plain[0] ? plain[0] : Buffer.concat(plain);
    return bytes.length > 0 ? this.#pass(bytes) : undefined;
  }

  /** What looked like the beginning of a mark was none. */
  end(): void {
    if (this.#held.length > 0) void this.#pass(this.#held);
    this.#held = Buffer.alloc(0);
  }

  /** How much of the bytes cannot belong to a mark that has not arrived yet. */
  #lengthBeforeMark(bytes: Buffer): number {
    const whole = bytes.indexOf(this.#mark);
    if (whole >= 0) return whole;
    for (let at = Math.max(0, bytes.length - this.#mark.length + 1); at < bytes.length; at++) {
      const tail = bytes.subarray(at);
      if (tail.equals(this.#mark.subarray(0, tail.length))) return at;
    }
    return bytes.length;
  }
}
