import type { WebSocket } from 'ws';
import type { Socket } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import type { Closing } from './conversed.ts';

/** The longest text that is taken, in bytes. */
export const longestMessage = 65_536;
/** Bytes that may wait for a reader before whoever writes has to. */
const mostWaiting = 262_144;
/** Texts that may wait for us before their sender has to. */
const mostUnread = 16;
/** What may be said when a socket is closed, in bytes. */
const longestReason = 123;

/** A WebSocket of the `ws` package, pulled and pushed no faster than either side takes it. */
export class NodeSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #unread: string[] = [];
  #wake: () => void = () => undefined;
  #left = false;
  #heard = true;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => this.#take(data, isBinary));
    socket.on('pong', () => (this.#heard = true));
    socket.on('close', () => this.#leave());
    // It closes after that.
    socket.on('error', () => this.#leave());
  }

  get messages(): AsyncIterable<string> {
    return this.#messages();
  }

  async send(text: string): Promise<void> {
    if (this.#left || this.#socket.readyState !== this.#socket.OPEN) throw hasLeft();
    const sent = new Promise<void>((resolve) => {
      this.#socket.send(text, () => resolve());
    });
    if (this.#socket.bufferedAmount > mostWaiting) await sent;
  }

  /** What is on its way still arrives; one who does not answer is let go. */
  close({ code, reason }: Closing): void {
    this.#leave();
    this.#socket.close(code, shortened(reason));
  }

  /** Lets go of one who has not been heard of since the last time. */
  beat(): void {
    if (!this.#heard) this.#socket.terminate();
    this.#heard = false;
    this.#socket.ping();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Resolves when the connection is gone. */
  get gone(): Promise<void> {
    if (this.#socket.readyState === this.#socket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (this.#left) return;
    this.#heard = true;
    if (isBinary) {
      this.close({ code: 1003, reason: 'Only text is understood here. Send JSON as text.' });
      return;
    }
    if (data.length > longestMessage) {
      this.close({ code: 1009, reason: `A message may have ${longestMessage} bytes. Send less at once.` });
      return;
    }
    if (this.#unread.push(data.toString('utf8')) >= mostUnread) this.#socket.pause();
    this.#wake();
  }

  async *#messages(): AsyncGenerator<string, void> {
    for (;;) {
      const text = this.#unread.shift();
      if (text !== undefined) {
        if (this.#socket.isPaused) this.#socket.resume();
        yield text;
      } else if (this.#left) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #leave(): void {
    this.#left = true;
    // The end of the connection has to be read.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#wake();
  }
}

function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= longestReason) return reason;
  // A character that was cut in two is left out.
  return `${bytes
    .subarray(0, longestReason - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}

function hasLeft(): LogError {
  return new LogError('closed', 'The other side has left.');
}
