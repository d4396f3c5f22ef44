import { expect, test } from 'vitest';
import { statusNow, writersPlace } from '../../../src/sources/local/writers.ts';

const now = 1_000_000;
const nobody = '999999999 1';

function statusAfter(silence: number, grace: number | undefined): string {
  const writer = { machine: writersPlace(grace), process: nobody, heartbeat: now - silence, closed: 0 };
  return statusNow({ status: 'running', ...writer }, now).status;
}

test('an execution is interrupted soon after the process that writes it has ended', () => {
  expect(statusAfter(1_000, undefined)).toBe('running');
  expect(statusAfter(2_000, undefined)).toBe('interrupted');
});

test('one that is written over a process has time to be written over the next', () => {
  expect(statusAfter(29_000, 30_000)).toBe('running');
  expect(statusAfter(31_000, 30_000)).toBe('interrupted');
});
