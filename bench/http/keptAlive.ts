import { Agent, get } from 'node:http';

/** Asks one server again and again over one connection, and takes in the bytes of its answers. */
export class KeptAlive implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  drain(path: string): Promise<readonly Buffer[]> {
    return new Promise((resolve, reject) => {
      const request = get(this.#url + path, { agent: this.#agent }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve(parts);
          else
            reject(
              new Error(`${this.#url}${path} answers ${String(answer.statusCode)}: ${Buffer.concat(parts).toString()}`),
            );
        });
      });
      request.on('error', reject);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
