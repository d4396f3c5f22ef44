import { expect, test } from 'vitest';
import { LineBatchBuilder, LineColumnsBuilder } from '../../../../src/base/lineBatch.ts';
import type { CopyStyle } from '../../../../src/bridge/logHost.ts';
import { readWhole } from '../../../../src/extension/panel/copyLines.ts';
import { formatOf } from '../../../../src/extension/panel/exportFormat.ts';
import { copiedLines, markdownBlock } from '../../../../src/extension/panel/lineFormats.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { english } from '../words.ts';

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

test('as JSON a line is all that is known of it, on one line', () => {
  const [line = ''] = copiedLines(batch('\u001b[31mred\u001b[0m "x"'), 'json');
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    pointer: 'p1',
    number: 1,
    time: '2026-01-02T00:00:00.000Z',
    stream: 'stdout',
    level: 'none',
    text: '\u001b[31mred\u001b[0m "x"',
    step: 's',
    host: 'h',
  });
});

test('a file holds what its name says', () => {
  const formats = ['a.json', 'a.JSONL', 'a.ndjson', 'b.log', 'a.b.txt', 'c', 'd.out'].map((path) => [
    formatOf(path, 'text'),
    formatOf(path, 'jsonLines'),
  ]);
  expect(formats).toEqual([
    ...Array(3).fill(['jsonLines', 'jsonLines']),
    ...Array(2).fill(['text', 'text']),
    ...Array(2).fill(['text', 'jsonLines']),
  ]);
});

test('a whole log is copied page by page, as it is now', async () => {
  const store = new MemoryStore();
  const scope = { execution: 'e', step: 's', host: 'h' };
  await store.createExecution({ execution: 'e', name: 'e', startedAt: 0 });
  const hosts = [{ id: 'h', name: 'h' }];
  await store.startStep({ ...scope, name: 's', order: 1, status: 'running', hosts, at: 0 });
  const copy = (style: CopyStyle) =>
    readWhole(store, { scope, style }, english, { signal: new AbortController().signal, progress: () => undefined });
  expect(await copy('plain')).toEqual({ text: '', lines: 0 });
  const lines = new LineColumnsBuilder();
  for (let line = 1; line <= 25_000; line++) lines.add({ text: `line ${line}` });
  await store.append({ ...scope, firstNumber: 1, lines: lines.build() });
  const { text, lines: count } = await copy('plain');
  expect(count).toBe(25_000);
  expect(text).toBe(Array.from({ length: 25_000 }, (_, index) => `line ${index + 1}`).join('\n'));
  expect((await copy('markdown')).text).toContain('**e › s › h**');
});

test('no line ends the Markdown block it stands in', () => {
  const block = markdownBlock('a ] b', ['before', '```` quoted', 'after']);
  expect(block).toContain('\n`````text\nbefore\n```` quoted\nafter\n`````\n');
  expect(block).toContain('**a \\] b**');
});
