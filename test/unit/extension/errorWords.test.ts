import { expect, test } from 'vitest';
import { errorWords } from '../../../src/extension/errorWords.ts';
import { errorCodes, LogError } from '../../../src/model/errors.ts';
import { english } from './words.ts';

test.for(errorCodes)('%s has words, with what was said and without', (code) => {
  expect(errorWords(new LogError(code, 'the reason'), english).message).not.toBe('');
  expect(errorWords(new LogError(code, ''), english).message.trim()).toBe(
    errorWords(new LogError(code, ''), english).message,
  );
});

test('a sentence ends once', () => {
  expect(errorWords(new LogError('notFound', 'no such execution'), english).message).toBe('no such execution.');
  expect(errorWords(new LogError('notFound', 'No such execution.'), english).message).toBe('No such execution.');
});
