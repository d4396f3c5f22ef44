import { expect, test } from 'vitest';
import { panelTitle } from '../../../../src/extension/panel/titles.ts';

const scope = { execution: 'e1', step: 's1', host: 'h1' };
const names = { execution: 'Deploy', step: 'Roll out', host: 'web-1' };

test('a tab is named for what it shows and what that is part of, by ids until names are known', () => {
  expect(panelTitle(scope, names)).toBe('web-1 — Roll out');
  expect(panelTitle({ execution: 'e1', step: 's1' }, names)).toBe('Roll out — Deploy');
  expect(panelTitle({ execution: 'e1' }, names)).toBe('Deploy');
  expect(panelTitle(scope, {})).toBe('h1 — s1');
});

test('a host without a name is not named, and a job is named as a whole', () => {
  expect(panelTitle({ ...scope, host: '' }, { ...names, host: '' })).toBe('Roll out — Deploy');
  expect(panelTitle(scope, { ...names, isJob: true })).toBe('Deploy');
});
