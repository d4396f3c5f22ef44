import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pointer } from '../../../../../src/model/pointer.ts';
import {
  linePointer,
  placePointer,
  pointerPrefix,
  readPointer,
} from '../../../../../src/sources/redis/shared/pointers.ts';
import { compareIds, idBefore, isStreamId, zeroId } from '../../../../../src/sources/redis/shared/streamId.ts';

const count = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const ids = fc.tuple(count, count).map(([time, sequence]) => `${time}-${sequence}`);

it('writes pointers as the systems that fill the stream do', () => {
  const prefix = pointerPrefix('agent_logs', '307654321098765433');
  expect(linePointer(prefix, '1795224240448-3', 0)).toBe('redis:agent_logs/307654321098765433@1795224240448-3');
  expect(readPointer(prefix, pointer(prefix))).toEqual({ kind: 'newest' });
});

it('reads back what it writes', () => {
  fc.assert(
    fc.property(fc.string(), ids, fc.nat({ max: 1_000 }), (execution, id, part) => {
      const prefix = pointerPrefix('a b', execution);
      expect(prefix).toMatch(/^[\x21-\x7e]+$/);
      expect(readPointer(prefix, linePointer(prefix, id, part))).toEqual({ kind: 'line', id, part });
      const behind = { id, part: Infinity };
      expect(readPointer(prefix, placePointer(prefix, behind))).toEqual({ kind: 'place', place: behind });
    }),
  );
});

it.each(['x', '1-', '1', '1-1-1', '01-1', '1-1.0', '1-1.x', '1-1++', '1-1 ', '1-1\n', '18446744073709551616-0'])(
  'takes "%s" for damaged',
  (said) => {
    const prefix = pointerPrefix('agent_logs', 'e');
    expect(() => readPointer(prefix, pointer(prefix + said))).toThrow(
      expect.objectContaining({ code: 'invalidPointer' }),
    );
  },
);

it('orders ids by both their counts, however long', () => {
  const order = (id: string): bigint => {
    const [time = '', sequence = ''] = id.split('-');
    return (BigInt(time) << 64n) + BigInt(sequence);
  };
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      expect(Math.sign(compareIds(a, b))).toBe(order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0);
      expect(isStreamId(idBefore(a))).toBe(true);
      expect(order(idBefore(a))).toBe(a === zeroId ? 0n : order(a) - 1n);
    }),
  );
});
