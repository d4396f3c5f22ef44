import { expect, it } from 'vitest';
import { readEntry, type LogEntry } from '../../../../../src/sources/redis/shared/entry.ts';
import { EntryReader } from '../../../../../src/sources/redis/shared/fields.ts';
import { readReport } from '../../../../../src/sources/redis/shared/report.ts';

/** An execution counted beyond what numbers hold. */
const execution = '307654321098765433';

const ofServer = {
  timestamp: '2026-11-21T09:24:00.448842+08:00',
  ...{ execution_id: execution, host_id: '7', host_name: 'node-1', host_ip: '10.0.0.7', log_type: 'stderr' },
  ...{ content: 'made by the server', step_name: '初始化', step_order: '1', step_id: '45', agent_id: '3' },
  received_at: '1795224240448.8608',
};

const ofAgent = {
  ...{ task_id: `${execution}_45_7_ab12cd`, agent_id: '3', content: 'made by an agent', stream: 'stdout' },
  ...{ level: 'warn', timestamp: '1795224241', host_id: '7', execution_id: execution },
};

type Fields = Record<string, string | Uint8Array | undefined>;

function raw(fields: Fields, id = '1795224240448-0') {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [Buffer.from(name), Buffer.from(value as string)],
  );
  const [entry] = new EntryReader().entriesOf([[Buffer.from(id), parts]]);
  if (!entry) throw new Error('no entry');
  return entry;
}

const read = (fields: Fields): LogEntry => readEntry(raw(fields));
const textIn = ({ content }: LogEntry): string => Buffer.from(content).toString();

it('reads what the server writes', () => {
  expect(read(ofServer)).toMatchObject({
    ...{ execution, step: '45', stepName: '初始化', stepOrder: 1, host: '7', hostName: 'node-1', address: '10.0.0.7' },
    ...{ stream: 'stderr', level: undefined, isCut: false, fields: undefined },
    time: Date.UTC(2026, 10, 21, 1, 24, 0, 448),
  });
});

it("finds step and host of an agent's entry in its task", () => {
  const told = { execution, step: '45', stepName: undefined, host: '7', stream: 'stdout', level: 'warn' };
  expect(read(ofAgent)).toMatchObject({ ...told, time: 1_795_224_241_000 });
  expect(read({ ...ofAgent, host_id: undefined, execution_id: undefined })).toMatchObject(told);
});

it('knows parts of a task that hold underscores by what else is said', () => {
  const task = { execution_id: 'run_1', host_id: 'web_2', task_id: 'run_1_set_up_web_2_ab12cd' };
  expect(read({ ...ofAgent, ...task })).toMatchObject({ execution: 'run_1', step: 'set_up', host: 'web_2' });
});

it('goes by the task where the step is called unresolved', () => {
  const unresolved = { step_id: 'unknown_step', step_name: '未解析步骤', step_order: '0' };
  expect(read({ ...ofAgent, ...unresolved })).toMatchObject({ step: '45', stepName: undefined, stepOrder: undefined });
});

it('makes a step of order or name where it has no id', () => {
  expect(read({ ...ofServer, step_id: '' }).step).toBe('step_1');
  expect(read({ ...ofServer, step_id: '', step_order: '' }).step).toBe('初始化');
});

it('shows the agent cutting a log', () => {
  const mark = '[log truncated after 5MB]';
  expect(read({ ...ofAgent, content: mark }).isCut).toBe(true);
  expect(read({ ...ofServer, content: mark }).isCut).toBe(false);
});

it('keeps what an entry holds besides', () => {
  const { fields } = read({ ...ofAgent, request: '17', ['__proto__']: 'x' });
  expect(Object.entries(fields ?? {})).toEqual([
    ['request', '17'],
    ['__proto__', 'x'],
  ]);
});

it('leaves no damaged entry out', () => {
  const nowhere = { execution: 'unknown_execution', step: 'unknown_step', host: 'unknown_host', stream: 'system' };
  expect(read({})).toMatchObject(nowhere);
  expect(textIn(read({ execution_id: execution, note: 'x' }))).toBe(
    `[an entry without content: {"execution_id":"${execution}","note":"x"}]`,
  );
  expect(read({ ...ofServer, timestamp: 'soon', step_order: '-1', log_type: 'poem' })).toMatchObject({
    ...{ time: undefined, stepOrder: undefined, stream: 'system', level: undefined },
  });
  expect(read({ task_id: 'x', content: 'y' })).toMatchObject({ ...nowhere, stream: 'stdout' });
  expect(
    new EntryReader().entriesOf([null, 7, [Buffer.from('1-0'), null], [Buffer.from('2-0'), [null, 3]]]),
  ).toHaveLength(2);
  expect(new EntryReader().entriesOf(null)).toEqual([]);
});

it('takes the first of two fields of one name, whoever wrote before', () => {
  const reader = new EntryReader();
  const entry = (...parts: string[]) => [Buffer.from('1-0'), parts.map((part) => Buffer.from(part))];
  const found = reader.entriesOf([
    entry('content', 'a', 'host_id', '1'),
    entry('host_id', '2', 'content', 'b'),
    entry('content', 'c', 'content', 'd'),
    entry('content', 'e', 'host_id', '3'),
  ]);
  expect(found.map(readEntry).map((one) => `${textIn(one)} ${one.host}`)).toEqual([
    'a 1',
    'b 2',
    'c unknown_host',
    'e 3',
  ]);
});

it('reads reports in the words of their system', () => {
  const report = {
    ...{ task_id: `${execution}_45_7_ab12cd`, execution_id: execution, host_id: '7' },
    status: 'timeout',
  };
  const counts = { running_hosts: '2', pending_hosts: '1', progress: '40' };
  expect(
    readReport(raw({ ...report, exit_code: '124', error_msg: 'too slow', started_at: '1795224240', ...counts })),
  ).toMatchObject({
    ...{ execution, step: '45', host: '7', status: 'timedOut', exitCode: 124, message: 'too slow', openHosts: 3 },
    startedAt: 1_795_224_240_000,
  });
  expect(readReport(raw({ ...report, status: '__proto__' }))).toMatchObject({
    status: 'unknown',
    rawStatus: '__proto__',
  });
  expect(readReport(raw({ status: 'success' }))).toBeUndefined();
});
