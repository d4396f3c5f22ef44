import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Speaks to Redis with nothing in between: one command, and the bytes of its reply as they come. */
export class RawSocket implements AsyncDisposable {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  /** Reads a reply of exactly `size` bytes without looking at it. */
  drain(command: readonly (string | number)[], size: number): Promise<readonly Buffer[]> {
    const parts: Buffer[] = [];
    let read = 0;
    return new Promise((resolve) => {
      const take = (part: Buffer): void => {
        parts.push(part);
        read += part.length;
        if (read < size) return;
        this.#socket.off('data', take);
        resolve(parts);
      };
      this.#socket.on('data', take);
      this.#socket.write(encoded(command));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}

function encoded(command: readonly (string | number)[]): string {
  return `*${command.length}\r\n${command.map((part) => bulk(String(part))).join('')}`;
}

/** A string as Redis frames it. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
