import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventLineOf } from '../../../../src/dialects/executor/opsJobs/eventLine.ts';
import { parseJson } from '../../../../src/dialects/executor/opsJobs/json.ts';
import { rawText, readLogText } from '../../../../src/dialects/executor/opsJobs/logText.ts';
import { detailOf, hostsOf, stepOf, summaryOf } from '../../../../src/dialects/executor/opsJobs/records.ts';
import { compareStreamIds, isStreamId, streamIdAfter } from '../../../../src/dialects/executor/opsJobs/streamIds.ts';

const base = new URL('http://ops.test/');

test('whole numbers too long for a number become text, whatever stands around them', () => {
  expect(parseJson('{"id":7312045881104039001,"n":[-9007199254740993,12,1795224240448.25,1e3]}')).toEqual({
    id: '7312045881104039001',
    n: ['-9007199254740993', 12, 1795224240448.25, 1000],
  });
  const text = String.raw`a \"7312045881104039001\" \\`;
  expect(parseJson(`{"text":"${text}","0.7312045881104039001":0.7312045881104039001}`)).toEqual({
    text: JSON.parse(`"${text}"`) as string,
    '0.7312045881104039001': 0.7312045881104039,
  });
});

test('any JSON of short numbers is read as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, text) => {
      const json = JSON.stringify({ value, text, long: '7312045881104039001' });
      const longNumbers = /[\s:[,]-?\d{16,}(?![\d.e])/.test(json);
      if (!longNumbers) expect(parseJson(json)).toEqual(JSON.parse(json));
    }),
  );
});

test('a text of long lines is not slow to parse', () => {
  const body = JSON.stringify({ log_context: `${'\\"'.repeat(1_000_000)} 7312045881104039001`, id: 1 });
  expect(parseJson(body)).toMatchObject({ id: 1 });
});

test('entries are read with their times; lines without one belong to the entry before', () => {
  const text = '[2026-02-16T00:05:00.100000+00:00] one\ntwo\n[1771200300] three\n[None] four\n[warn] five\n';
  expect(readLogText(text).map(({ time, texts }) => [time, texts])).toEqual([
    [Date.UTC(2026, 1, 16, 0, 5, 0, 100), ['one', 'two']],
    [1_771_200_300_000, ['three']],
    [undefined, ['four', '[warn] five']],
  ]);
});

test('an entry of the stream and of a history is the same text', () => {
  const texts = fc.array(
    fc.string().filter((text) => text !== '' && !/[\r\n]/.test(text)),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(texts, (lines) => {
      const raws = lines.map((line) => rawText('1771200300', line));
      expect(readLogText(`${raws.join('\n')}\n`).map(({ raw }) => raw)).toEqual(raws);
    }),
  );
});

test('steps are called by either name, and hosts are grouped though columns are empty', () => {
  const step = stepOf({ step_id: 12, name: 'Prepare', status: 'success' });
  expect(step).toMatchObject({ id: '12', name: 'Prepare', order: 1, status: 'succeeded' });
  expect(stepOf({ id: 12, step_name: 'Prepare', step_order: 3, status: 'skipped' })).toMatchObject({
    order: 3,
    status: 'skipped',
  });
  const hosts = hostsOf(
    {
      hosts: [
        { id: 7, name: null, ip: '10.1.0.7', status: 'failed', exit_code: null, started_at: null },
        { id: '9007199254740995', name: 'web', ip: '', status: 'unknown', exit_code: 0 },
        { id: null, name: 'nobody' },
      ],
    },
    { ...step, status: 'running' },
  );
  expect(hosts).toEqual([
    { id: '7', name: '10.1.0.7', address: '10.1.0.7', status: 'failed' },
    { id: '9007199254740995', name: 'web', status: 'succeeded', rawStatus: 'unknown', exitCode: 0 },
  ]);
});

test('what the detail leaves out is not needed', () => {
  const { execution, lineId, running } = detailOf(
    { id: 5, execution_id: '7312045881104039001', status: 'paused' },
    base,
  );
  expect(execution).toEqual({
    ...{ id: '5', name: '7312045881104039001', status: 'paused', steps: [] },
    url: 'http://ops.test/execution-records/5',
  });
  expect([lineId, running]).toEqual(['7312045881104039001', true]);
  expect(() => summaryOf({}, base)).toThrow(/without an id/);
});

test('a line of the stream is placed by order and name, by its task, or by there being one step only', () => {
  const [one, two] = [
    { id: '41', name: 'Prepare', order: 1, status: 'running' } as const,
    { id: '42', name: 'Deploy', order: 2, status: 'running' } as const,
  ];
  const step = (data: Record<string, unknown>, steps = [one, two]) =>
    eventLineOf({ content: 'x', host_id: '7', ...data }, '5-1', steps)?.step;
  expect(step({ step_order: 2, step_name: 'Deploy', step_id: 'step_2' })).toBe('42');
  expect(step({ step_order: 0, step_name: '未解析步骤', step_id: 'unknown_step', task_id: '731_41_7_ab' })).toBe('41');
  expect(step({ step_order: 0, step_id: 'unknown_step' })).toBeUndefined();
  expect(step({ step_order: 0, step_id: 'unknown_step' }, [one] as never)).toBe('41');
});

test("the event's id counts where the data has none, and nothing is a line without an id or without text", () => {
  const data = { content: 'x', host_id: 7, id: null, timestamp: '1771200300', stream: 'stderr', level: 'info' };
  expect(eventLineOf(data, '5-1', [])).toMatchObject({
    id: '5-1',
    host: '7',
    stream: 'stderr',
    time: 1_771_200_300_000,
  });
  expect(eventLineOf(data, '5-1', [])?.level).toBeUndefined();
  expect(eventLineOf({ ...data, level: 'warn' }, '5-1', [])?.level).toBe('warn');
  expect(eventLineOf(data, '', [])).toBeUndefined();
  expect(eventLineOf({ ...data, content: '' }, '5-1', [])).toBeUndefined();
});

test('ids of a stream are compared by their numbers', () => {
  const sorted = ['9-0', '10-0', '10-2', '10-10', '1795224240449-0'];
  expect(sorted.toReversed().toSorted(compareStreamIds)).toEqual(sorted);
  expect(streamIdAfter('10-18446744073709551614')).toBe('10-18446744073709551615');
  expect(['1-1', '0-0', '1', '', '1-', 'a-1'].map(isStreamId)).toEqual([true, true, false, false, false, false]);
});
