import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Served } from '../../../src/dialects/http.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { Runner, RunRequest } from '../../../src/model/runner.ts';
import type { Change } from '../../../src/model/source.ts';
import { permitted } from '../../../src/service/permitted.ts';
import type { TokenEntry } from '../../../src/service/tokenEntries.ts';
import { Grant } from '../../../src/service/tokens.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { columns, day } from '../../contract/recording.ts';
import { entry, servedFrom } from '../../harness/service.ts';

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});
afterEach(() => store[Symbol.asyncDispose]());

async function record(execution: string, name = 'deploy', user = 'alice', startedAt = day): Promise<void> {
  await store.createExecution({ execution, name, user, startedAt });
  const hosts = [{ id: 'h', name: 'h' }];
  await store.startStep({ execution, step: 's', name: 's', order: 1, status: 'running', hosts, at: day });
  await store.append({ execution, step: 's', host: 'h', firstNumber: 1, lines: columns(['secret']) });
}

function grant(more: Partial<TokenEntry>): Grant {
  return new Grant(entry('somebody', { may: ['read', 'write', 'delete'], ...more }));
}

async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    return error instanceof LogError ? `${error.code}: ${error.message}` : String(error);
  }
}

async function first<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of stream) return item;
  return undefined;
}

/** Every way to get at an execution. */
const ways: Readonly<Record<string, (served: Served, execution: string) => Promise<unknown>>> = {
  getExecution: ({ source }, execution) => source.getExecution({ execution }),
  getStepResult: ({ source }, execution) => source.getStepResult({ execution, step: 's' }),
  readLog: ({ source }, execution) => source.readLog({ execution, position: { at: 'start' } }),
  tailLog: ({ source }, execution) => first(source.tailLog({ execution, position: { at: 'start' } })),
  watch: ({ source }, execution) => first(source.watch({ execution }, { signal: AbortSignal.timeout(1) })),
  statistics: ({ statistics }, execution) => statistics?.statistics({ execution }) ?? Promise.resolve(),
  metrics: ({ statistics }, execution) => statistics?.metrics({ execution }) ?? Promise.resolve(),
  metric: async (served, execution) =>
    (await served.sinkFor?.(execution))?.metric?.({ execution, name: 'n', value: 1, at: day }),
  create: async (served, execution) =>
    (await served.sinkFor?.(execution))?.createExecution({ execution, name: 'other', startedAt: day }),
  append: async (served, execution) =>
    (await served.sinkFor?.(execution))?.append({
      execution,
      step: 's',
      host: 'h',
      firstNumber: 2,
      lines: columns(['x']),
    }),
  finish: async (served, execution) =>
    (await served.sinkFor?.(execution))?.finishExecution({ execution, status: 'failed', at: day }),
  delete: async ({ admin }, execution) => admin?.deleteExecution({ execution }),
};

describe.each(Object.entries(ways))('%s', (_, way) => {
  test.each([
    ['a prefix', 'deploy'],
    ['a longer one', 'deploy-11'],
    ['another case', 'Deploy-1'],
    ['a look-alike', 'dерloy-1'],
    ['another form of the same letters', 'deploy-1\u0301'],
    ['a space', 'deploy-1 '],
    ['a NUL', 'deploy-1\0'],
    ['a path', 'x/../deploy-1'],
    ['__proto__', '__proto__'],
  ])('refuses %s of a permitted id the same whether it exists or not', async (__, execution) => {
    const served = permitted(servedFrom(store), grant({ executions: ['deploy-1'] }));
    const absent = await outcome(way(served, execution));
    await record(execution);
    const present = await outcome(way(served, execution));
    expect(absent).toBe('forbidden: This token may not do that, or there is nothing here.');
    expect(present).toBe(absent);
    await expect(store.getExecution({ execution })).resolves.toMatchObject({ status: 'running' });
  });

  test('refuses what a name or a user does not let through', async () => {
    await record('a', 'release', 'mallory');
    const served = permitted(servedFrom(store), grant({ names: ['deploy *'], users: ['alice'] }));
    expect(await outcome(way(served, 'a'))).toMatch(/^forbidden: /);
    expect((await store.readLog({ execution: 'a', position: { at: 'start' } })).lines.count).toBe(1);
  });

  test('refuses when the token was taken back', async () => {
    await record('a');
    const taken = grant({ executions: ['*'] });
    const served = permitted(servedFrom(store), taken);
    taken.end();
    expect(await outcome(way(served, 'a'))).toMatch(/^unauthorized: /);
  });
});

test('an id, a name or a user lets an execution through', async () => {
  await record('a', 'deploy web', 'bob');
  for (const more of [{ executions: ['a'] }, { names: ['deploy *'] }, { users: ['bob'] }]) {
    const { source } = permitted(servedFrom(store), grant(more));
    expect((await source.readLog({ execution: 'a', position: { at: 'start' } })).lines.count).toBe(1);
  }
});

test('what is permitted but not there is not found, by its id', async () => {
  const { source } = permitted(servedFrom(store), grant({ executions: ['a'] }));
  await expect(source.getExecution({ execution: 'a' })).rejects.toMatchObject({ code: 'notFound' });
});

test('an execution may be made with a name that is permitted, and with no other', async () => {
  const served = permitted(servedFrom(store), grant({ names: ['deploy *'] }));
  const sink = await served.sinkFor?.('new');
  const make = (name: string) =>
    outcome(Promise.resolve(sink?.createExecution({ execution: 'new', name, startedAt: 1 })));
  expect(await make('release')).toMatch(/^forbidden/);
  expect(await make('deploy web')).toBe('done');
  await record('taken', 'release');
  expect(await outcome(Promise.resolve(served.sinkFor?.('taken')))).toMatch(/^forbidden/);
});

test('what is written counts for the token that it is written with', async () => {
  const callers: (string | undefined)[] = [];
  const sinkFor = async (_: string, caller?: string) => {
    callers.push(caller);
    return store;
  };
  const served = permitted({ ...servedFrom(store), sinkFor }, grant({ executions: ['*'] }));
  const sink = await served.sinkFor?.('a');
  await sink?.createExecution({ execution: 'a', name: 'deploy', startedAt: day });
  expect(new Set(callers)).toEqual(new Set(['somebody']));
});

test('a token that may only read is given neither sink nor administration', () => {
  const served = permitted(servedFrom(store), grant({ executions: ['*'], may: ['read'] }));
  expect(Object.keys(served)).toEqual(['source', 'statistics']);
});

describe('a list', () => {
  test('holds what may be seen, all of it, page by page, and tells no total', async () => {
    for (let i = 0; i < 300; i++) await record(i % 10 === 0 ? `mine-${i}` : `other-${i}`);
    const { source } = permitted(servedFrom(store), grant({ executions: ['mine-*'] }));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await source.listExecutions({ limit: 7, ...(cursor !== undefined && { cursor }) });
      expect(page.executions.length).toBeLessThanOrEqual(7);
      expect(page.total).toBeUndefined();
      seen.push(...page.executions.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect(seen.every((id) => id.startsWith('mine-'))).toBe(true);
  });

  test('of which nothing may be seen for long goes on by a cursor that names nobody', async () => {
    await record('mine-first');
    for (let i = 0; i < 90; i++) await record(`hidden-${i}`, 'other', 'bob', day + 1 + Math.floor(i / 3));
    await record('mine-last', 'deploy', 'alice', day + 1_000);
    const { source } = permitted(servedFrom(store), grant({ executions: ['mine-*'] }));
    const seen: string[] = [];
    const cursors: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await source.listExecutions({ limit: 2, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.executions.map(({ id }) => id));
      cursor = page.next;
      if (cursor !== undefined) cursors.push(cursor);
    } while (cursor !== undefined && cursors.length < 100);
    expect(seen).toEqual(['mine-last', 'mine-first']);
    expect(cursors.length).toBeGreaterThan(1);
    expect(cursors.join(' ')).not.toContain('hidden');
  });

  test('goes on where it was when what its cursor names is gone, or others came', async () => {
    for (let i = 0; i < 9; i++) await record(`mine-${i}`);
    const { source } = permitted(servedFrom(store), grant({ executions: ['mine-*'] }));
    const page = await source.listExecutions({ limit: 3 });
    await record('mine-new', 'deploy', 'alice', day + 1);
    const rest = await source.listExecutions({ cursor: page.next ?? '' });
    const before = page.executions.map(({ id }) => id);
    expect([...before, ...rest.executions.map(({ id }) => id)].toSorted()).toEqual(
      Array.from({ length: 9 }, (_, i) => `mine-${i}`),
    );
    const last = before.at(-1) ?? '';
    await store.finishExecution({ execution: last, status: 'failed', at: day });
    await store.deleteExecution({ execution: last });
    const again = await source.listExecutions({ cursor: page.next ?? '' });
    expect(again.executions.map(({ id }) => id)).toEqual(expect.arrayContaining(rest.executions.map(({ id }) => id)));
    await expect(source.listExecutions({ cursor: 'mine-1' })).rejects.toMatchObject({ code: 'invalidRequest' });
  });

  test('of one who may see everything is the list', async () => {
    await record('a');
    const { source } = permitted(servedFrom(store), grant({ executions: ['*'] }));
    expect(await source.listExecutions({})).toEqual(await store.listExecutions({}));
  });
});

describe('a stream', () => {
  test('of all changes tells only of what may be seen', async () => {
    const { source } = permitted(servedFrom(store), grant({ executions: ['mine'], names: ['ours'] }));
    const stop = new AbortController();
    const seen: Change[] = [];
    const watching = (async () => {
      for await (const change of source.watch({}, { signal: stop.signal })) seen.push(change);
    })();
    await expect.poll(() => store.waiting).toBe(1);
    await record('other');
    await record('b', 'ours');
    await record('mine');
    await expect.poll(() => seen.map(({ execution }) => execution)).toContain('mine');
    expect(new Set(seen.map(({ execution }) => execution))).toEqual(new Set(['mine', 'b']));
    stop.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
  });

  test.each(['tailLog', 'watch'] as const)('(%s) ends when the token is taken back', async (way) => {
    await record('a');
    const taken = grant({ executions: ['a'] });
    const { source } = permitted(servedFrom(store), taken);
    const stream: AsyncIterable<unknown> =
      way === 'watch' ? source.watch({ execution: 'a' }) : source.tailLog({ execution: 'a', position: { at: 'end' } });
    const reading = (async () => {
      for await (const item of stream) expect(item).toBeDefined();
    })();
    await expect.poll(() => store.waiting).toBe(1);
    taken.end();
    await expect(reading).rejects.toMatchObject({ code: 'unauthorized' });
    expect(store.waiting).toBe(0);
  });

  test('whose reader leaves is let go', async () => {
    await record('a');
    const { source } = permitted(servedFrom(store), grant({ names: ['deploy'] }));
    const tail = source.tailLog({ execution: 'a', position: { at: 'start' } })[Symbol.asyncIterator]();
    await tail.next();
    const waiting = tail.next();
    await expect.poll(() => store.waiting).toBe(1);
    await tail.return?.();
    expect(await waiting).toMatchObject({ done: true });
    expect(store.waiting).toBe(0);
  });
});

describe('a runner', () => {
  const names = { deploy: 'deploy', secret: 'secret plan' };
  const started: RunRequest[] = [];
  const runner: Runner = {
    jobs: async () => Object.entries(names).map(([id, name]) => ({ id, name, enabled: true })),
    start: async (request) => {
      started.push(request);
      return { execution: 'e' };
    },
  };
  const narrowed = (more: Partial<TokenEntry>) =>
    permitted({ ...servedFrom(store), runner }, new Grant(entry('ann', more))).runner;
  beforeEach(() => {
    started.length = 0;
  });

  test.each([
    ['who sees everything', { executions: ['*'] }, ['deploy', 'secret']],
    ['who sees executions of that name', { names: ['dep*'] }, ['deploy']],
    ['who sees what she started', { users: ['ann'] }, ['deploy', 'secret']],
    ['who sees some executions', { executions: ['deploy'] }, []],
  ])('shows the jobs to one %s whose executions she could see', async (_, more, expected) => {
    expect((await narrowed(more)?.jobs())?.map(({ id }) => id)).toEqual(expected);
  });

  test('starts for those who may run, in their name, whatever they say', async () => {
    const mine = narrowed({ executions: ['*'], may: ['read', 'run'] });
    expect(await mine?.start({ job: 'deploy', user: 'somebody else' })).toEqual({ execution: 'e' });
    expect(started).toEqual([{ job: 'deploy', user: 'ann' }]);
  });

  test('starts nothing for those who may only read and write, and nothing that they cannot see', async () => {
    const reads = narrowed({ executions: ['*'], may: ['read', 'write', 'delete'] });
    const sees = narrowed({ names: ['deploy'], may: ['read', 'run'] });
    const refusals = [
      await outcome(reads?.start({ job: 'deploy' }) ?? Promise.resolve()),
      await outcome(sees?.start({ job: 'secret' }) ?? Promise.resolve()),
      await outcome(sees?.start({ job: 'none' }) ?? Promise.resolve()),
    ];
    expect(new Set(refusals)).toEqual(new Set(['forbidden: This token may not do that, or there is nothing here.']));
    expect(started).toEqual([]);
  });
});
