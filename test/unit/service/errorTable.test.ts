import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes, LogError } from '../../../src/model/errors.ts';
import { errorBody, errorTable, refusal, statusOf } from '../../../src/service/errorTable.ts';

test('docs/http-api.md has the table of the code, row for row', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../docs/http-api.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(errorCodes.map((code) => [code, String(errorTable[code].status), errorTable[code].remedy]));
});

test.each(errorCodes)('%s says what to do even when the error does not', (code) => {
  const { error } = JSON.parse(errorBody(code, 'Something is so.')) as { error: { code: string; message: string } };
  expect(error).toEqual({ code, message: `Something is so. ${errorTable[code].remedy}` });
});

test('an error that says what to do is passed on as it is', () => {
  expect(errorBody('notFound', 'It is gone. Look elsewhere.')).toContain('"It is gone. Look elsewhere."');
});

test('a refusal has the status that HTTP has for it, others that of their code', () => {
  expect(statusOf(refusal(413, 'Too large.'))).toBe(413);
  expect(statusOf(new LogError('invalidRequest', 'No.'))).toBe(400);
  expect(statusOf(new LogError('invalidRequest', 'No.', { cause: { status: 200 } }))).toBe(400);
});
