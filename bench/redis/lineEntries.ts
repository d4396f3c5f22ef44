import type { RedisConnection } from '../../src/sources/redis/connection.ts';
import { lineText } from './recorded.ts';
import { bulk } from './rawSocket.ts';

const atOnce = 1_000;

/** The layout that comes to mind first: an entry for each line. */
export async function writeLineEntries(redis: RedisConnection, key: string, lines: number): Promise<void> {
  for (let from = 1; from <= lines; from += atOnce)
    await redis.all(
      Array.from(
        { length: Math.min(atOnce, lines + 1 - from) },
        (_, i) => ['XADD', key, `${from + i}-0`, 'l', lineText(from + i)] as const,
      ),
    );
}

/** Redis' reply to a range that holds lines `from` to `to`, exclusive, in this order. */
export function replyOf(numbers: readonly number[]): string {
  const entries = numbers.map((number) => `*2\r\n${bulk(`${number}-0`)}*2\r\n${bulk('l')}${bulk(lineText(number))}`);
  return `*${numbers.length}\r\n${entries.join('')}`;
}

/** The lines' texts in such a reply, joined. */
export function textsIn(parts: readonly Buffer[]): string {
  const fields = Buffer.concat(parts).toString().split('\r\n');
  // *n, then for each entry: *2 $ id *2 $ name $ text
  const texts: string[] = [];
  for (let at = 8; at < fields.length; at += 8) texts.push(fields[at] ?? '');
  return texts.join('');
}
