import type { Words } from '../../../src/extension/words.ts';

/** What the editor does with English words. */
export const english: Words = {
  t: (message, ...values) => message.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
  language: 'en',
};
