import { once } from 'node:events';
import { connect } from 'node:net';
import type { Command } from '../../src/sources/redis/connection.ts';

/** Sends many commands at once, as nobody's client does; rejects when Redis refuses one. */
export async function massInsert(port: number, commands: readonly Command[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let answered = 0;
  let rest = '';
  const done = Promise.withResolvers<void>();
  socket.setEncoding('latin1').on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    const refused = lines.find((line) => line.startsWith('-'));
    if (refused !== undefined) done.reject(new Error(refused));
    answered += lines.filter((line) => !line.startsWith('$')).length;
    if (answered >= commands.length) done.resolve();
  });
  socket.once('error', (error) => done.reject(error));
  socket.once('close', () => done.reject(new Error('the connection broke')));
  try {
    for (let from = 0; from < commands.length; from += 1_000) {
      const bytes = Buffer.from(
        commands
          .slice(from, from + 1_000)
          .map(encode)
          .join(''),
        'latin1',
      );
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), done.promise]);
    }
    await done.promise;
  } finally {
    done.promise.catch(() => undefined);
    socket.destroy();
  }
}

/** A character a byte. */
function encode(command: Command): string {
  let text = `*${command.length}\r\n`;
  for (const part of command) {
    const bytes =
      part instanceof Uint8Array ? Buffer.from(part.buffer, part.byteOffset, part.length) : Buffer.from(String(part));
    text += `$${bytes.length}\r\n${bytes.toString('latin1')}\r\n`;
  }
  return text;
}
