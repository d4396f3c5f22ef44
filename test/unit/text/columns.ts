import { LineColumnsBuilder, type NewLine } from '../../../src/base/lineBatch.ts';
import type { LineColumns } from '../../../src/model/line.ts';

export function columnsOf(...lines: readonly (string | NewLine)[]): LineColumns {
  const builder = new LineColumnsBuilder();
  for (const line of lines) builder.add(typeof line === 'string' ? { text: line } : line);
  return builder.build();
}
