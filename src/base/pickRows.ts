import type { LineBatch, LineOrigin } from '../model/line.ts';
import { LineColumnsBuilder, linePointer } from './lineBatch.ts';

/** Some lines of a batch, by index, in order. */
export interface PickedRows {
  readonly batch: LineBatch;
  readonly rows: readonly number[];
}

/** One batch of lines out of several, without their text if told so. */
export function pickRows(parts: readonly PickedRows[], withoutText = false): LineBatch {
  const builder = new LineColumnsBuilder();
  const numbers: number[] = [];
  const originOf: number[] = [];
  const pointers: string[] = [];
  const origins: LineOrigin[] = [];
  const indexes = new Map<string, number>();
  for (const { batch, rows } of parts) {
    const here = batch.origins.map((origin) => {
      const known = indexes.get(origin.pointerPrefix);
      if (known !== undefined) return known;
      indexes.set(origin.pointerPrefix, origins.length);
      return origins.push(origin) - 1;
    });
    for (const row of rows) {
      builder.addColumns(batch, row, row + 1);
      numbers.push(batch.numbers[row] ?? 0);
      originOf.push(here[batch.originOf[row] ?? 0] ?? 0);
      if (batch.pointers) pointers[numbers.length - 1] = linePointer(batch, row);
    }
  }
  const columns = builder.build();
  return {
    ...columns,
    ...(withoutText && { text: new Uint8Array(0), offsets: new Uint32Array(columns.count + 1) }),
    numbers: Float64Array.from(numbers),
    origins,
    originOf: Uint16Array.from(originOf),
    ...(pointers.length > 0 && { pointers: listed(pointers, numbers, originOf, origins) }),
  };
}

/** Parts that list no pointers follow their numbers. */
function listed(
  pointers: readonly string[],
  numbers: readonly number[],
  originOf: readonly number[],
  origins: readonly LineOrigin[],
): string[] {
  return numbers.map((number, i) => pointers[i] ?? `${origins[originOf[i] ?? 0]?.pointerPrefix ?? ''}${number}`);
}
