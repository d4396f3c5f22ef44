import { strict as assert } from 'node:assert';
import { commands, env, ThemeIcon, window } from 'vscode';
import type { TreeNode } from '../../src/extension/tree/nodes.ts';
import { activated, told, until } from './editor.ts';
import { openRecorder, record } from './record.ts';
import { test } from './runner.ts';

async function showView(): Promise<void> {
  await commands.executeCommand('executionLogs.executions.focus');
}

function executionNamed(nodes: readonly TreeNode[], id: string): TreeNode & { kind: 'execution' } {
  const node = nodes.find((one) => one.kind === 'execution' && one.execution.id === id);
  assert.ok(node?.kind === 'execution', `${id} is among ${nodes.map((one) => one.id).join(', ')}`);
  return node;
}

test('executions, steps and hosts appear as they are expanded', async () => {
  const { view, connections } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { hosts: { alpha: 'failed', beta: 'succeeded' }, lines: ['Error: no'] });
  view.refresh();
  const [connection] = connections.list();
  const source = (await connection?.open())?.source;
  assert.ok(source);
  const asked: string[] = [];
  const before = { getExecution: source.getExecution.bind(source), getStepResult: source.getStepResult.bind(source) };
  source.getExecution = (...given) => (asked.push('steps'), before.getExecution(...given));
  source.getStepResult = (...given) => (asked.push('hosts'), before.getStepResult(...given));
  try {
    const execution = executionNamed(await view.getChildren(), id);
    assert.deepEqual(asked, []);
    const [step] = await view.getChildren(execution);
    assert.deepEqual(asked, ['steps']);
    assert.ok(step);
    const hosts = await view.getChildren(step);
    assert.deepEqual(asked, ['steps', 'hosts']);
    assert.deepEqual(
      hosts.map((node) => node.kind === 'host' && [node.host.id, node.host.status]),
      [
        ['alpha', 'failed'],
        ['beta', 'succeeded'],
      ],
    );
    await view.getChildren(step);
    assert.deepEqual(asked, ['steps', 'hosts']);
  } finally {
    Object.assign(source, before);
  }
});

test('items are stable, say what they are, and their tooltips are not trusted', async () => {
  const { view } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { name: '[a](command:x) <b>', hosts: { alpha: 'failed' } });
  view.refresh();
  const execution = executionNamed(await view.getChildren(), id);
  const item = view.getTreeItem(execution);
  assert.equal(item.tooltip, undefined);
  assert.match(item.accessibilityInformation?.label ?? '', /^Execution .*, failed/);
  const resolved = view.resolveTreeItem(item, execution).tooltip;
  assert.ok(typeof resolved === 'object');
  assert.ok(!resolved.isTrusted);
  assert.ok(!resolved.value.includes('[a](command:x)'), resolved.value);
  view.refresh();
  const again = executionNamed(await view.getChildren(), id);
  assert.equal(again, execution);
  assert.equal(view.getTreeItem(again).id, item.id);
});

test('a change redraws the changed node and nothing else', async () => {
  const { view } = await activated();
  await showView();
  await using sink = await openRecorder();
  const id = await record(sink, { hosts: { alpha: 'running', beta: 'running' } });
  await until(async () =>
    (await view.getChildren()).some((node) => node.kind === 'execution' && node.execution.id === id),
  );
  const [step] = await view.getChildren(executionNamed(await view.getChildren(), id));
  assert.ok(step);
  view.tree.setExpanded(step, true);
  for (const node of await view.getChildren(step)) view.getTreeItem(node);
  const ended = { execution: id, step: 'build', host: 'alpha', status: 'failed', at: Date.now() } as const;
  const isAlpha = (node: TreeNode): boolean => node.kind === 'host' && node.host.id === 'alpha';
  const events = await told(
    view.onDidChangeTreeData,
    () => sink.finishHost(ended),
    (all) =>
      all.some((nodes) =>
        nodes?.some((node) => isAlpha(node) && node.kind === 'host' && node.host.status === 'failed'),
      ),
  );
  const fired = events.flatMap((nodes) => nodes ?? []);
  assert.ok(!events.includes(undefined), 'the whole tree was redrawn');
  assert.ok(
    fired.every((node) => node.id.includes(id) || node.kind !== 'execution'),
    fired.map((node) => node.id).join(),
  );
});

test('the list grows by pages', async () => {
  const { view } = await activated();
  await using sink = await openRecorder();
  for (let index = 0; index < 55; index++)
    await sink.createExecution({ execution: `page-${index}`, name: 'page', startedAt: index });
  view.refresh();
  const before = await view.getChildren();
  const more = before.find((node) => node.kind === 'more');
  assert.ok(more?.kind === 'more');
  await commands.executeCommand('executionLogs.loadMore', more);
  const after = await view.getChildren();
  assert.ok(after.length > before.length);
  assert.equal(new Set(after.map((node) => node.id)).size, after.length);
});

test('a filter by text and status is the store’s, is shown, and can be cleared', async () => {
  const { view } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { name: 'unmistakable', hosts: { alpha: 'failed' } });
  await record(sink, { name: 'unmistakable', hosts: { alpha: 'succeeded' } });
  await commands.executeCommand('executionLogs.filterByText', 'UNMISTAK');
  assert.equal((await view.getChildren()).length, 2);
  await commands.executeCommand('executionLogs.filterByStatus', ['failed']);
  const found = await view.getChildren();
  assert.deepEqual(
    found.map((node) => node.kind === 'execution' && node.execution.id),
    [id],
  );
  await commands.executeCommand('executionLogs.clearFilter');
  assert.ok((await view.getChildren()).length > 2);
});

test('executions group by status', async () => {
  const { view } = await activated();
  await commands.executeCommand('executionLogs.groupBy', 'status');
  const groups = await view.getChildren();
  assert.ok(
    groups.some((node) => node.kind === 'group' && node.group.by === 'status' && node.group.status === 'failed'),
  );
  await commands.executeCommand('executionLogs.groupBy', 'none');
  assert.ok((await view.getChildren()).every((node) => node.kind !== 'group'));
});

test('failed hosts are copied one per line', async () => {
  const { view } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { hosts: { alpha: 'failed', beta: 'succeeded', gamma: 'failed' } });
  const step = await view.tree.find('local', { execution: id, step: 'build' });
  await commands.executeCommand('executionLogs.copyFailedHosts', step);
  assert.equal(await env.clipboard.readText(), 'alpha\ngamma');
  await commands.executeCommand('executionLogs.copyId', step);
  assert.equal(await env.clipboard.readText(), id);
});

test('an execution is opened by its id, with its log', async () => {
  const { view, panels } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink);
  await commands.executeCommand('executionLogs.openById', ` ${id} `, 'local');
  await until(() => view.selected?.kind === 'execution' && view.selected.execution.id === id);
  await until(() => panels.open.some(({ address }) => address.scope.execution === id));
  const panel = panels.open.find(({ address }) => address.scope.execution === id);
  assert.ok(panel);
  assert.deepEqual(panel.address.scope, { execution: id, step: 'build', host: 'alpha' });
  panel.close();
});

test('an id that leads nowhere is told in words', async () => {
  await activated();
  const told: string[] = [];
  const show = Object.getOwnPropertyDescriptor(window, 'showErrorMessage');
  const value = async (message: string) => void told.push(message);
  Object.defineProperty(window, 'showErrorMessage', { configurable: true, value });
  try {
    await commands.executeCommand('executionLogs.openById', 'no-such-job', 'local');
    await until(() => told.length > 0);
  } finally {
    if (show) Object.defineProperty(window, 'showErrorMessage', show);
  }
  assert.match(told[0] ?? '', /^“no-such-job” was not found in “This machine”: there is none, or it has been cleared/);
});

test('a job shows its type, and how it went beside it', async () => {
  const { view } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { kind: 'plan_decompose', hosts: { here: 'failed' } });
  view.refresh();
  const item = view.getTreeItem(executionNamed(await view.getChildren(), id));
  assert.ok(item.iconPath instanceof ThemeIcon);
  assert.equal(item.iconPath.id, 'type-hierarchy-sub');
  assert.equal(item.resourceUri?.path, '/failed');
  assert.equal(item.command?.command, 'executionLogs.openLog');
  assert.match(String(item.description), /^Task decomposition/);
});
