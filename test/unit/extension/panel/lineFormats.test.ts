import { expect, test } from 'vitest';
import { LineBatchBuilder, LineColumnsBuilder } from '../../../../src/base/lineBatch.ts';
import { copiedLines, markdownBlock } from '../../../../src/extension/panel/lineFormats.ts';

function batch(...texts: string[]) {
  const lines = new LineColumnsBuilder();
  for (const text of texts) lines.add({ text, time: Date.UTC(2026, 0, 2) });
  const built = lines.build();
  return new LineBatchBuilder()
    .addColumns({ step: 's', host: 'h', pointerPrefix: 'p' }, 1, built, 0, built.count)
    .build();
}

test('copied lines hold what is seen', () => {
  expect([...copiedLines(batch('\u001b[31mred\u001b[0m', 'plain'), 'plain')]).toEqual(['red', 'plain']);
  expect([...copiedLines(batch('x'), 'withTime')]).toEqual(['2026-01-02T00:00:00.000Z x']);
});

test('no line ends the Markdown block it stands in', () => {
  const block = markdownBlock('a ] b', ['before', '```` quoted', 'after']);
  expect(block).toContain('\n`````text\nbefore\n```` quoted\nafter\n`````\n');
  expect(block).toContain('**a \\] b**');
});
