import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  executionParams,
  readExecutionQuery,
  readStepQuery,
  stepParams,
} from '../../../../src/dialects/executor/listParams.ts';
import {
  logQueryParams,
  readDocumentPosition,
  readLogQuery,
} from '../../../../src/dialects/executor/logQueryParams.ts';
import { levels, streams } from '../../../../src/model/line.ts';
import { pointer } from '../../../../src/model/pointer.ts';
import type { ExecutionQuery, LogQuery, StepQuery } from '../../../../src/model/query.ts';
import { statuses } from '../../../../src/model/status.ts';

const time = fc.integer({ min: -1e12, max: 8e15 });
const word = fc.string({ unit: 'grapheme', minLength: 1 });
const on = fc.constant(true as const);
const pattern = fc.record(
  { pattern: fc.string({ unit: 'grapheme' }), regex: on, matchCase: on, wholeWord: on },
  { requiredKeys: ['pattern'] },
);
const count = fc.integer({ min: 1, max: 1_000_000_000 });
const someOf = <T>(all: readonly T[]) => fc.uniqueArray(fc.constantFrom(...all));
const filled = (found: object): boolean => Object.keys(found).length > 0;

const position = fc.oneof(
  fc.record({ at: fc.constantFrom('start' as const, 'end' as const) }),
  fc.record({
    at: fc.constantFrom('before' as const, 'after' as const, 'around' as const),
    pointer: word.map(pointer),
  }),
  fc.record({ at: fc.constant('time' as const), time }),
  fc.record({ at: fc.constant('line' as const), line: count }),
);

const logQuery: fc.Arbitrary<LogQuery> = fc.record(
  {
    execution: word,
    step: word,
    host: word,
    position,
    limit: fc.record({ lines: count, bytes: count }, { requiredKeys: [] }).filter(filled),
    filter: fc
      .record(
        { text: pattern, exclude: pattern, levels: someOf(levels), streams: someOf(streams), since: time, until: time },
        { requiredKeys: [] },
      )
      .filter(filled),
    withoutText: on,
  },
  { requiredKeys: ['execution', 'position'] },
);

const executionQuery: fc.Arbitrary<ExecutionQuery> = fc.record(
  {
    filter: fc
      .record({ statuses: someOf(statuses), text: word, user: word, since: time, until: time }, { requiredKeys: [] })
      .filter(filled),
    cursor: word,
    limit: count,
  },
  { requiredKeys: [] },
);

const stepQuery: fc.Arbitrary<StepQuery> = fc.record(
  {
    execution: word,
    step: word,
    statuses: someOf(statuses),
    text: word,
    sort: fc.constantFrom('result' as const, 'name' as const, 'duration' as const, 'exitCode' as const),
    cursor: word,
    limit: count,
  },
  { requiredKeys: ['execution', 'step'] },
);

const overUrl = (params: URLSearchParams): URLSearchParams => new URL(`http://h/?${params.toString()}`).searchParams;

describe('queries in URLs', () => {
  test('a query for lines arrives as it is', () => {
    fc.assert(
      fc.property(logQuery, (query) => {
        const { execution, step, host } = query;
        const scope = { execution, ...(step !== undefined && { step }), ...(host !== undefined && { host }) };
        expect(readLogQuery(scope, overUrl(logQueryParams(query)))).toEqual(query);
      }),
    );
  });

  test('a query for executions arrives as it is', () => {
    fc.assert(
      fc.property(executionQuery, (query) => {
        expect(readExecutionQuery(overUrl(executionParams(query)))).toEqual(query);
      }),
    );
  });

  test('a query for hosts arrives as it is', () => {
    fc.assert(
      fc.property(stepQuery, (query) => {
        const { execution, step } = query;
        expect(readStepQuery({ execution, step }, overUrl(stepParams(query)))).toEqual(query);
      }),
    );
  });

  test('what is typed by hand is understood', () => {
    const read = (text: string) => readLogQuery({ execution: '1' }, new URLSearchParams(text));
    expect(read('').position).toEqual({ at: 'end' });
    expect(read('pointer=x').position).toEqual({ at: 'before', pointer: 'x' });
    expect(read('at=time&time=2026-02-20T10:00:00+08:00').position).toEqual({ at: 'time', time: 1771552800000 });
    expect(read('since=2026-02-20&levels=error, fatal').filter).toEqual({
      since: Date.UTC(2026, 1, 20),
      levels: ['error', 'fatal'],
    });
    expect(read('text=a&regex=1&case=false').filter).toEqual({ text: { pattern: 'a', regex: true } });
    const list = (text: string) => readExecutionQuery(new URLSearchParams(text));
    expect(list('status=failed&end_date=2026-02-20').filter).toEqual({
      statuses: ['failed', 'partial', 'interrupted'],
      until: Date.UTC(2026, 1, 21),
    });
    expect(list('status=success,timedOut&name=deploy').filter).toEqual({
      statuses: ['succeeded', 'timedOut'],
      text: 'deploy',
    });
  });

  test.each([
    'limit=0',
    'limit=-1',
    'limit=abc',
    'limit=',
    'limit=1.5',
    'bytes=0',
    'at=middle',
    'at=time',
    'at=time&time=soon',
    'at=line&line=0',
    'at=line',
    'levels=loud',
    'streams=stdout,stdin',
    'text=a&regex=maybe',
    'since=yesterday',
  ])('what cannot be understood is refused: %s', (text) => {
    expect(() => readLogQuery({ execution: '1' }, new URLSearchParams(text))).toThrow(
      expect.objectContaining({ code: 'invalidRequest', message: expect.stringMatching(/^The parameter "\w+" /) }),
    );
  });

  test('a pointer that is missing is told from one that is empty', () => {
    const missing = expect.objectContaining({ code: 'invalidPointer' });
    expect(() => readDocumentPosition(new URLSearchParams('limit=5'))).toThrow(missing);
    expect(() => readLogQuery({ execution: '1' }, new URLSearchParams('at=after'))).toThrow(missing);
    expect(readDocumentPosition(new URLSearchParams('pointer=&limit=5'))).toEqual({ at: 'end' });
    expect(readDocumentPosition(new URLSearchParams('pointer=p'))).toEqual({ at: 'before', pointer: 'p' });
  });
});
