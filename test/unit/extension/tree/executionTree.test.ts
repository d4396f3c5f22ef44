import { expect, test } from 'vitest';
import { LineColumnsBuilder } from '../../../../src/base/lineBatch.ts';
import type { Connection } from '../../../../src/extension/connection.ts';
import { applyChanges } from '../../../../src/extension/tree/changes.ts';
import { ExecutionTree } from '../../../../src/extension/tree/executionTree.ts';
import type { TreeNode } from '../../../../src/extension/tree/nodes.ts';
import { lookOf } from '../../../../src/extension/tree/presentation.ts';
import { LogError } from '../../../../src/model/errors.ts';
import type { LogSource } from '../../../../src/model/source.ts';
import type { Status } from '../../../../src/model/status.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { english } from '../words.ts';

const at = Date.UTC(2026, 0, 2, 12);

/** A store that counts what is asked of it. */
function countedStore() {
  const store = new MemoryStore();
  const calls: string[] = [];
  const source = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(value, target, given);
      };
    },
  });
  const connection: Connection = {
    name: 'local',
    label: 'This machine',
    kind: 'own',
    place: 'memory:',
    connected: true,
    open: async () => ({ source, admin: store, [Symbol.asyncDispose]: async () => undefined }),
  };
  const asked = (): string[] => calls.splice(0);
  return { store, connection, asked };
}

async function record(store: MemoryStore, execution: string, hosts: Readonly<Record<string, Status>>): Promise<void> {
  await store.createExecution({ execution, name: execution, startedAt: at });
  const ids = Object.keys(hosts).map((id) => ({ id, name: id }));
  await store.startStep({ execution, step: 'build', name: 'Build', order: 1, status: 'running', hosts: ids, at });
  for (const [host, status] of Object.entries(hosts)) {
    await store.startHost({ execution, step: 'build', host, at });
    const lines = new LineColumnsBuilder().add({ text: 'one line' }).build();
    await store.append({ execution, step: 'build', host, firstNumber: 1, lines });
    if (status !== 'running') await store.finishHost({ execution, step: 'build', host, status, at: at + 1_000 });
  }
}

function only<Kind extends TreeNode['kind']>(nodes: readonly TreeNode[], kind: Kind): TreeNode & { kind: Kind } {
  const node = nodes.find((one): one is TreeNode & { kind: Kind } => one.kind === kind);
  if (!node) throw new Error(`no ${kind} among ${nodes.map((one) => one.kind).join(', ')}`);
  return node;
}

test('each level is asked for when it is expanded, once', async () => {
  const { store, connection, asked } = countedStore();
  await record(store, 'one', { alpha: 'failed', beta: 'succeeded' });
  const tree = new ExecutionTree(() => [connection]);
  expect(asked()).toEqual([]);

  const execution = only(await tree.children(), 'execution');
  expect(asked()).toEqual(['listExecutions']);
  const step = only(await tree.children(execution), 'step');
  expect(asked()).toEqual(['getExecution']);
  const hosts = await tree.children(step);
  expect(hosts.map((node) => node.kind === 'host' && node.host.id)).toEqual(['alpha', 'beta']);
  expect(asked()).toEqual(['getStepResult']);

  for (const node of [undefined, execution, step]) await tree.children(node);
  expect(asked()).toEqual([]);
});

test('a refresh asks again for what is looked at and keeps nodes and ids', async () => {
  const { store, connection, asked } = countedStore();
  await record(store, 'one', { alpha: 'failed' });
  const tree = new ExecutionTree(() => [connection]);
  const execution = only(await tree.children(), 'execution');
  const step = only(await tree.children(execution), 'step');
  await tree.children(step);
  asked();
  tree.expire();
  expect(only(await tree.children(), 'execution')).toBe(execution);
  expect(only(await tree.children(execution), 'step')).toBe(step);
  expect(asked()).toEqual(['listExecutions', 'getExecution']);
});

test('more executions are fetched by cursor, before a node that loads the next page', async () => {
  const { store, connection } = countedStore();
  for (let index = 0; index < 60; index++) await record(store, `run-${index}`, {});
  const tree = new ExecutionTree(() => [connection]);
  const first = await tree.children();
  expect(first).toHaveLength(51);
  const more = only(first, 'more');
  await tree.loadMore(more.parent);
  const all = await tree.children();
  expect(all.filter(({ kind }) => kind === 'execution')).toHaveLength(60);
  expect(new Set(all.map(({ id }) => id)).size).toBe(60);
  tree.expire();
  expect(await tree.children()).toEqual(all);
});

test('with several connections each has a node, and ids do not collide', async () => {
  const [first, second] = [countedStore(), countedStore()];
  await record(first.store, 'same', {});
  await record(second.store, 'same', {});
  const other: Connection = { ...second.connection, name: 'other' };
  const tree = new ExecutionTree(() => [first.connection, other]);
  const roots = await tree.children();
  expect(roots.map(({ kind }) => kind)).toEqual(['connection', 'connection']);
  expect(first.asked()).toEqual([]);
  const executions = await Promise.all(roots.map((root) => tree.children(root)));
  expect(new Set(executions.flat().map(({ id }) => id)).size).toBe(2);
  expect(tree.parentOf(only(executions[0] ?? [], 'execution'))).toBe(roots[0]);
});

test('a large step divides its hosts by result, failures first, without asking', async () => {
  const { store, connection, asked } = countedStore();
  const hosts = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`host-${index}`, index < 3 ? 'failed' : 'succeeded'] as const),
  );
  await record(store, 'wide', hosts);
  const tree = new ExecutionTree(() => [connection]);
  const execution = only(await tree.children(), 'execution');
  const step = only(await tree.children(execution), 'step');
  asked();
  const groups = await tree.children(step);
  expect(groups.map((node) => node.kind === 'hostGroup' && [node.status, node.count])).toEqual([
    ['failed', 3],
    ['succeeded', 37],
  ]);
  expect(asked()).toEqual([]);
  expect(await tree.children(groups[0])).toHaveLength(3);
  expect(asked()).toEqual(['getStepResult']);
});

test('a change asks after what changed, and touches that only', async () => {
  const { store, connection, asked } = countedStore();
  await record(store, 'one', { alpha: 'running' });
  await record(store, 'two', { alpha: 'running' });
  const tree = new ExecutionTree(() => [connection]);
  const executions = await tree.children();
  const one = executions.find((node) => node.kind === 'execution' && node.execution.id === 'one');
  const step = only(await tree.children(one), 'step');
  await tree.children(step);
  if (one) tree.setExpanded(one, true);
  tree.setExpanded(step, true);
  await store.finishHost({ execution: 'one', step: 'build', host: 'alpha', status: 'failed', at });
  asked();
  const [root] = tree.roots();
  if (!root) throw new Error('no root');
  const changes = new Map([['one', { removed: false, steps: new Set(['build']) }]]);
  const { branches, touched } = await applyChanges(tree, root, changes);
  expect(asked()).toEqual(['getExecution', 'getStepResult']);
  expect(branches).toEqual([]);
  expect(touched.map(({ id }) => id)).toEqual([one?.id, step.id, expect.stringMatching(/^host.*alpha$/)]);
  expect(only(await tree.children(step), 'host').host.status).toBe('failed');
});

test('a new execution appears at the top and a deleted one goes', async () => {
  const { store, connection } = countedStore();
  await record(store, 'old', { alpha: 'succeeded' });
  const tree = new ExecutionTree(() => [connection]);
  const old = only(await tree.children(), 'execution');
  const [root] = tree.roots();
  if (!root) throw new Error('no root');
  await store.createExecution({ execution: 'new', name: 'new', startedAt: at + 1 });
  await applyChanges(tree, root, new Map([['new', { removed: false, steps: undefined }]]));
  const both = await tree.children();
  expect(both.map((node) => node.kind === 'execution' && node.execution.id)).toEqual(['new', 'old']);
  expect(both[1]).toBe(old);
  const gone = await applyChanges(tree, root, new Map([['old', { removed: true, steps: undefined }]]));
  expect(gone.branches).toEqual([root]);
  expect(await tree.children()).toHaveLength(1);
});

test('the filter is the source’s, and an empty result is said in words', async () => {
  const { store, connection } = countedStore();
  await record(store, 'deploy', {});
  await record(store, 'test', {});
  const tree = new ExecutionTree(() => [connection]);
  tree.arrange({ filter: { text: 'dep' } });
  expect((await tree.children()).map((node) => node.kind === 'execution' && node.execution.id)).toEqual(['deploy']);
  tree.arrange({ filter: { text: 'nothing like it' } });
  expect((await tree.children()).map(({ kind }) => kind)).toEqual(['empty']);
  tree.arrange({ filter: {} });
  expect(await tree.children()).toHaveLength(2);
});

test('executions are grouped by day with the newest first', async () => {
  const { store, connection } = countedStore();
  for (const [index, startedAt] of [at, at + 1_000, at - 86_400_000].entries())
    await store.createExecution({ execution: `run-${index}`, name: 'run', startedAt });
  const tree = new ExecutionTree(() => [connection]);
  tree.arrange({ groupBy: 'day' });
  const groups = await tree.children();
  expect(groups.map((node) => node.kind === 'group' && node.count)).toEqual([2, 1]);
  const [execution] = await tree.children(groups[1]);
  if (!execution) throw new Error('an empty group');
  expect(tree.parentOf(execution)).toBe(groups[1]);
});

test('a failure becomes a node under its branch; the next try asks again', async () => {
  const { store, connection } = countedStore();
  await record(store, 'one', { alpha: 'failed' });
  let broken = true;
  const flaky: Connection = {
    ...connection,
    open: () => (broken ? Promise.reject(new LogError('unavailable', 'no route')) : connection.open()),
  };
  const tree = new ExecutionTree(() => [flaky, { ...connection, name: 'other' }]);
  const [root] = await tree.children();
  const error = only(await tree.children(root), 'error');
  expect(error.error.code).toBe('unavailable');
  broken = false;
  tree.expire(root);
  expect((await tree.children(root)).map(({ kind }) => kind)).toEqual(['execution']);
});

test('alone, a connection that fails or is empty leaves the top to the welcome view', async () => {
  const { connection } = countedStore();
  const empty = new ExecutionTree(() => [connection]);
  expect(await empty.children()).toEqual([]);
  expect(empty.topError()).toBeUndefined();
  for (const code of ['forbidden', 'unavailable'] as const) {
    const error = new LogError(code, 'no');
    const tree = new ExecutionTree(() => [{ ...connection, open: () => Promise.reject(error) }]);
    expect(await tree.children()).toEqual([]);
    expect(tree.topError()).toBe(error);
  }
});

test('nothing is asked of a connection that is not connected', async () => {
  const { store, connection, asked } = countedStore();
  await record(store, 'one', {});
  const remote = { ...connection, name: 'team', kind: 'remote' as const, connected: false };
  const tree = new ExecutionTree(() => [connection, remote]);
  const [, root] = await tree.children();
  tree.expire();
  expect((await tree.children(root)).map(({ kind }) => kind)).toEqual(['offline']);
  expect(asked()).toEqual([]);
  remote.connected = true;
  expect((await tree.children(root)).map(({ kind }) => kind)).toEqual(['execution']);
  remote.connected = false;
  tree.forget(remote);
  expect((await tree.children(root)).map(({ kind }) => kind)).toEqual(['offline']);
});

test('an execution beyond the fetched pages is found by its id, with step and host', async () => {
  const { store, connection } = countedStore();
  await record(store, 'far', { alpha: 'failed', beta: 'succeeded' });
  for (let index = 0; index < 60; index++)
    await store.createExecution({ execution: `run-${index}`, name: 'run', startedAt: at + 1 + index });
  const tree = new ExecutionTree(() => [connection]);
  const node = await tree.find('local', { execution: 'far', step: 'build', host: 'beta' });
  expect(node.kind === 'host' && node.host.id).toBe('beta');
  const ids = (await tree.children()).map(({ id }) => id);
  expect(ids).toContain(node.parent.parent?.id);
  await expect(tree.find('local', { execution: 'none' })).rejects.toMatchObject({ code: 'notFound' });
});

/** The same connection with what its source says and answers changed. */
function changed(connection: Connection, change: (source: LogSource) => Partial<LogSource>): Connection {
  return {
    ...connection,
    async open() {
      const opened = await connection.open();
      const { source } = opened;
      const own = change(source);
      const get = (target: LogSource, name: keyof LogSource): unknown => {
        const value: unknown = own[name] ?? Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      };
      return { ...opened, source: new Proxy(source, { get: (target, name) => get(target, name as keyof LogSource) }) };
    },
  };
}

const cannotList = { executions: [], notice: 'This system has no list; open a job by its id.' };

test('what a list says is missing stands above it, and instead of “nothing here”', async () => {
  const { store, connection } = countedStore();
  await record(store, 'one', {});
  const notice = 'Older executions are in the archive, which cannot be reached.';
  const partly = changed(connection, (source) => ({
    listExecutions: async (query) => ({ ...(await source.listExecutions(query)), notice }),
  }));
  const tree = new ExecutionTree(() => [partly]);
  const [first, second] = await tree.children();
  expect(first).toMatchObject({ kind: 'notice', words: notice });
  expect(second?.kind).toBe('execution');
  tree.expire();
  expect((await tree.children())[0]).toBe(first);

  const empty = new ExecutionTree(() => [changed(connection, () => ({ listExecutions: async () => cannotList }))]);
  expect((await empty.children()).map(({ kind }) => kind)).toEqual(['notice']);
});

test('what was opened by its id stays though no list has it, follows its news, and goes when it is gone', async () => {
  const { store, connection } = countedStore();
  await record(store, 'job', { here: 'running' });
  const unlisted = changed(connection, () => ({ listExecutions: async () => cannotList }));
  const tree = new ExecutionTree(() => [unlisted]);
  const job = await tree.find('local', { execution: 'job' });
  const executions = async () => (await tree.children()).filter(({ kind }) => kind === 'execution');
  expect(await executions()).toEqual([job]);
  await store.finishHost({ execution: 'job', step: 'build', host: 'here', status: 'failed', at });
  await store.finishStep({ execution: 'job', step: 'build', status: 'failed', at });
  await store.finishExecution({ execution: 'job', status: 'failed', at });
  tree.expire();
  expect(await executions()).toEqual([job]);
  expect(job).toMatchObject({ execution: { status: 'failed' } });
  tree.arrange({ filter: { text: 'something else' } });
  expect(await executions()).toEqual([]);
  tree.arrange({ filter: {} });
  expect(await executions()).toEqual([job]);
  await store.deleteExecution({ execution: 'job' });
  tree.expire();
  expect(await executions()).toEqual([]);
});

test('where steps have no hosts, a step is the last level', async () => {
  const { store, connection } = countedStore();
  await record(store, 'job', { '': 'failed' });
  const hostless = changed(connection, ({ capabilities }) => ({ capabilities: { ...capabilities, hosts: false } }));
  const tree = new ExecutionTree(() => [hostless]);
  const step = only(await tree.children(only(await tree.children(), 'execution')), 'step');
  expect(lookOf(step, at, english)).toMatchObject({ expands: 'no', context: 'step open single' });
  expect(await tree.children(step)).toEqual([]);
  expect(await tree.find('local', { execution: 'job', step: 'build', host: '' })).toBe(step);
});
