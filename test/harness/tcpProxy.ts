import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BytePattern } from './bytePattern.ts';

type Direction = 'fromServer' | 'toServer';

/** Where a stream is cut: so many bytes on, or just after a pattern, which may lie across packets. */
export interface CutPoint {
  readonly direction: Direction;
  readonly after: number | string | Uint8Array;
}

type Mode = 'forward' | 'halfOpen' | 'refuse';

interface Connection {
  readonly client: Socket;
  readonly server: Socket | undefined;
}

/** A wire on loopback that can be cut, stalled and lied with. Forwards until told otherwise. */
export class TcpProxy implements AsyncDisposable {
  readonly #listener: Server;
  readonly #connections = new Set<Connection>();
  #target: number | string;
  #mode: Mode = 'forward';
  #stalled = false;
  #cut: { readonly direction: Direction; readonly pattern: BytePattern; readonly done: () => void } | undefined;

  private constructor(target: number | string) {
    this.#target = target;
    // A client that says no more still wants the answer.
    this.#listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** `target` is a port of loopback or a socket's path. */
  static async open(target: number | string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Connections to come lead there. */
  leadTo(target: number | string): void {
    this.#target = target;
  }

  /** Breaks what is connected; what connects after that is treated as before. */
  cut(): void {
    for (const { client, server } of this.#connections) {
      client.resetAndDestroy();
      server?.resetAndDestroy();
    }
  }

  /**
   * Lets through what comes up to a point, on whatever connection meets it first, and cuts that connection there.
   * Resolves when it has. Only one cut can be waiting.
   */
  cutAfter({ direction, after }: CutPoint): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#cut = { direction, pattern: new BytePattern(after), done: () => resolve(undefined) };
    return promise;
  }

  /** Reads nothing more, on any connection: who writes meets a full wire, who reads meets silence. */
  stall(): void {
    this.#stalled = true;
    for (const { client, server } of this.#connections) {
      client.pause();
      server?.pause();
    }
  }

  resume(): void {
    this.#stalled = false;
    for (const { client, server } of this.#connections) {
      client.resume();
      server?.resume();
    }
  }

  /** Connections to come are accepted, read from, and never answered. */
  halfOpen(): void {
    this.#mode = 'halfOpen';
  }

  /** Connections to come are broken at once. */
  refuse(): void {
    this.#mode = 'refuse';
  }

  /** Connections to come are forwarded again. */
  forward(): void {
    this.#mode = 'forward';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#mode === 'refuse') {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const server = this.#mode === 'forward' ? this.#connect() : undefined;
    const connection = { client, server };
    this.#connections.add(connection);
    for (const end of [client, server])
      end
        ?.on('error', () => undefined)
        .once('close', () => {
          this.#connections.delete(connection);
          (end === client ? server : client)?.destroy();
        });
    if (!server) {
      client.resume();
      return;
    }
    this.#pass(connection, 'toServer', client, server);
    this.#pass(connection, 'fromServer', server, client);
    if (this.#stalled) this.stall();
  }

  #connect(): Socket {
    const target = this.#target;
    return typeof target === 'string'
      ? connect({ path: target, allowHalfOpen: true })
      : connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
  }

  #pass(connection: Connection, direction: Direction, from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      const cut = this.#cut?.direction === direction ? this.#cut : undefined;
      const end = cut?.pattern.endIn(bytes, connection);
      if (cut && end !== undefined) {
        this.#cut = undefined;
        from.destroy();
        to.write(bytes.subarray(0, end), () => to.destroy());
        to.once('close', cut.done);
      } else if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => {
          if (!this.#stalled) from.resume();
        });
      }
    });
    from.on('end', () => to.end());
  }
}
