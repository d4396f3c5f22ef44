import { linePointer } from '../../src/base/lineBatch.ts';
import type { LineBatch, LineOrigin } from '../../src/model/line.ts';

/** Two batches as one, the second after the first. */
export function joinBatches(first: LineBatch, second: LineBatch): LineBatch {
  const origins: LineOrigin[] = [...first.origins];
  const moved = second.origins.map((origin) => {
    const known = origins.findIndex(({ pointerPrefix }) => pointerPrefix === origin.pointerPrefix);
    return known >= 0 ? known : origins.push(origin) - 1;
  });
  const offsets = new Uint32Array(first.count + second.count + 1);
  offsets.set(first.offsets);
  for (let i = 0; i <= second.count; i++) offsets[first.count + i] = first.text.length + (second.offsets[i] ?? 0);
  return {
    count: first.count + second.count,
    text: joinArrays(Uint8Array, first.text, second.text),
    offsets,
    times: joinArrays(Float64Array, first.times, second.times),
    streams: joinArrays(Uint8Array, first.streams, second.streams),
    levels: joinArrays(Uint8Array, first.levels, second.levels),
    flags: joinArrays(Uint8Array, first.flags, second.flags),
    numbers: joinArrays(Float64Array, first.numbers, second.numbers),
    origins,
    originOf: joinArrays(
      Uint16Array,
      first.originOf,
      second.originOf.map((index) => moved[index] ?? 0),
    ),
    ...((first.fields ?? second.fields) && { fields: [...fieldsOf(first), ...fieldsOf(second)] }),
    ...((first.pointers ?? second.pointers) && { pointers: [...pointersOf(first), ...pointersOf(second)] }),
  };
}

function fieldsOf(batch: LineBatch): NonNullable<LineBatch['fields']> {
  return batch.fields ?? new Array<undefined>(batch.count).fill(undefined);
}

function pointersOf(batch: LineBatch): readonly string[] {
  return batch.pointers ?? Array.from({ length: batch.count }, (_, index) => linePointer(batch, index));
}

type Joinable = Uint8Array | Uint16Array | Float64Array;

function joinArrays<T extends Joinable>(make: new (length: number) => T, first: T, second: T): T {
  const joined = new make(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
