import { strict as assert } from 'node:assert';
import { commands, env, window } from 'vscode';
import { logHost } from '../../src/extension/panel/logHost.ts';
import type { LogHost, Reveal } from '../../src/bridge/logHost.ts';
import type { Words } from '../../src/extension/words.ts';
import type { ErrorCode, LogError } from '../../src/model/errors.ts';
import { lineAt } from '../../src/base/lineBatch.ts';
import { activated, until } from './editor.ts';
import { openRecorder, record } from './record.ts';
import { test } from './runner.ts';

const english: Words = { t: (message) => message, language: 'en' };

/** A new tab takes a moment before it is known as one. */
async function closeTabs(): Promise<void> {
  const { panels } = await activated();
  await until(async () => {
    await window.tabGroups.close(window.tabGroups.all.flatMap(({ tabs }) => tabs));
    return panels.open.length === 0;
  });
}

function labels(): string[] {
  return window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
}

async function refused(call: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(call, (error: LogError) => error.code === code);
}

test('a host’s log opens in a tab named after it, once', async () => {
  const { view, panels } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { hosts: { alpha: 'failed' }, lines: ['one', 'Error: two'] });
  const host = await view.tree.find('local', { execution: id, step: 'build', host: 'alpha' });
  await commands.executeCommand('executionLogs.openLog', host);
  await until(() => labels().includes('alpha — Build'));
  await commands.executeCommand('executionLogs.openLog', host);
  assert.equal(panels.open.length, 1);
  assert.deepEqual(panels.open[0]?.address.scope, { execution: id, step: 'build', host: 'alpha' });
  await closeTabs();
});

test('logs opened from the tree share a tab; others get their own', async () => {
  const { view, panels } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { hosts: { alpha: 'failed', beta: 'failed', gamma: 'failed' } });
  const [alpha, beta, gamma] = await Promise.all(
    ['alpha', 'beta', 'gamma'].map((host) => view.tree.find('local', { execution: id, step: 'build', host })),
  );
  await commands.executeCommand('executionLogs.openLog', alpha);
  await commands.executeCommand('executionLogs.openLog', beta);
  assert.deepEqual(
    panels.open.map(({ address }) => address.scope.host),
    ['beta'],
  );
  await commands.executeCommand('executionLogs.openLogInNewTab', gamma);
  assert.equal(panels.open.length, 2);
  await closeTabs();
});

test('logs stand side by side', async () => {
  const { view, panels } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { kind: 'plan_execute', hosts: { here: 'running' } });
  const other = await record(sink, { kind: 'plan_execute', hosts: { here: 'running' } });
  await commands.executeCommand('executionLogs.openLog', await view.tree.find('local', { execution: id }));
  await until(() => panels.active !== undefined);
  await commands.executeCommand('executionLogs.openLogToSide', await view.tree.find('local', { execution: other }));
  await until(() => window.tabGroups.all.length === 2);
  assert.deepEqual(
    panels.open.map(({ address }) => address.scope),
    [id, other].map((execution) => ({ execution, step: 'build', host: 'here' })),
  );
  await closeTabs();
});

test('a whole log is copied from a view, as text and as JSON', async () => {
  const { host, execution } = await openHost();
  const scope = { execution, step: 'build', host: 'alpha' };
  assert.deepEqual(await host.copyLog({ scope, style: 'plain' }), { lines: 50 });
  assert.match(await env.clipboard.readText(), /^line 1\n[^]*\nline 50$/);
  await host.copyLog({ scope, style: 'json' });
  const last = (await env.clipboard.readText()).split('\n').at(-1) ?? '';
  assert.equal((JSON.parse(last) as { number: number }).number, 50);
  await refused(host.copyLog({ scope: { execution: 'another' }, style: 'plain' }), 'forbidden');
  await closeTabs();
});

test('a step with one host opens that host’s log', async () => {
  const { view, panels } = await activated();
  await using sink = await openRecorder();
  const id = await record(sink, { hosts: { alpha: 'succeeded' } });
  const step = await view.tree.find('local', { execution: id, step: 'build' });
  assert.match(view.getTreeItem(step).contextValue ?? '', /single/);
  await commands.executeCommand('executionLogs.openLog', step);
  assert.equal(panels.open[0]?.address.scope.host, 'alpha');
  await closeTabs();
});

test('from an execution to the line that failed, and on to the next failed host', async () => {
  const { view, panels } = await activated();
  await commands.executeCommand('executionLogs.executions.focus');
  await using sink = await openRecorder();
  const hosts = { alpha: 'succeeded', beta: 'failed', gamma: 'failed' } as const;
  const id = await record(sink, { hosts, lines: ['fine', 'Error: not fine', 'after'] });
  const execution = await view.tree.find('local', { execution: id });
  const shown: { scope: unknown; reveal: Reveal | undefined }[] = [];
  const show = panels.show.bind(panels);
  panels.show = (address, showing) => {
    shown.push({ scope: address.scope, reveal: showing?.reveal });
    show(address, showing);
  };
  try {
    await commands.executeCommand('executionLogs.goToFirstFailure', execution);
    assert.deepEqual(shown[0]?.scope, { execution: id, step: 'build', host: 'beta' });
    await until(() => view.selected?.kind === 'host' && view.selected.host.id === 'beta');
    const { source } = await (await activated()).connections.get('local').open();
    const reveal = shown[0].reveal;
    assert.ok(reveal?.at === 'pointer');
    const scope = { execution: id, step: 'build', host: 'beta' };
    const page = await source.readLog({
      ...scope,
      position: { at: 'around', pointer: reveal.pointer },
      limit: { lines: 1 },
    });
    assert.equal(lineAt(page.lines, 0).text, 'Error: not fine');
    await until(() => panels.active !== undefined);
    await commands.executeCommand('executionLogs.nextFailedHost');
    assert.deepEqual(shown[1]?.scope, { ...scope, host: 'gamma' });
    assert.equal(panels.open.length, 1);
  } finally {
    panels.show = show;
    await closeTabs();
  }
});

async function openHost(): Promise<{ host: LogHost; execution: string; foreign: string }> {
  const { view, panels } = await activated();
  await using sink = await openRecorder();
  const lines = Array.from({ length: 50 }, (_, index) => `\u001b[32mline ${index + 1}\u001b[0m`);
  const execution = await record(sink, { hosts: { alpha: 'succeeded' }, lines });
  const foreign = await record(sink, { hosts: { alpha: 'succeeded' }, lines: ['secret'] });
  const node = await view.tree.find('local', { execution, step: 'build', host: 'alpha' });
  await commands.executeCommand('executionLogs.openLogInNewTab', node);
  const panel = panels.open.find(({ address }) => address.scope.execution === execution);
  assert.ok(panel);
  return { host: logHost(panel, english), execution, foreign };
}

test('a view reads its own execution and no other', async () => {
  const { host, execution, foreign } = await openHost();
  const scope = { execution, step: 'build', host: 'alpha' };
  const page = await host.readLog({ ...scope, position: { at: 'start' }, limit: { lines: 2 } });
  assert.equal(page.lines.count, 2);
  await refused(host.readLog({ ...scope, execution: foreign, position: { at: 'start' } }), 'forbidden');
  await refused(host.getExecution({ execution: foreign }), 'forbidden');
  await refused(host.getStepResult({ execution: foreign, step: 'build' }), 'forbidden');
  await refused(host.openInEditor({ scope: { execution: foreign } }), 'forbidden');
  await refused(host.showing({ address: { connection: 'local', scope: { execution: foreign } } }), 'forbidden');
  await refused(Array.fromAsync(host.watch({})), 'forbidden');
  await refused(Array.fromAsync(host.tailLog({ execution: foreign, position: { at: 'start' } })), 'forbidden');
  await closeTabs();
});

test('what a view sends is checked field by field', async () => {
  const { host, execution } = await openHost();
  const wrong: unknown[] = [undefined, null, 7, [], {}, { execution: 1 }, { execution, position: { at: 'nowhere' } }];
  for (const request of wrong) await refused(Promise.resolve(host.readLog(request as never)), 'invalidRequest');
  await refused(Promise.resolve(host.openLink({ kind: 'command', command: 'x' } as never)), 'invalidRequest');
  await refused(Promise.resolve(host.changeSettings({ wrap: 'yes' } as never)), 'invalidRequest');
  await closeTabs();
});

test('lines the view does not hold are copied as they are seen', async () => {
  const { host, execution } = await openHost();
  const scope = { execution, step: 'build', host: 'alpha' };
  assert.deepEqual(await host.copyLines({ scope, from: 3, to: 5, style: 'plain' }), { lines: 3 });
  assert.equal(await env.clipboard.readText(), 'line 3\nline 4\nline 5');
  await closeTabs();
});

test('a log opens as a read-only document', async () => {
  const { host, execution } = await openHost();
  await host.openInEditor({ scope: { execution, step: 'build', host: 'alpha' } });
  await until(() => window.activeTextEditor?.document.uri.scheme === 'execlog');
  const document = window.activeTextEditor?.document;
  assert.equal(document?.lineAt(0).text, 'line 1');
  assert.equal(document.lineCount, 51);
  await closeTabs();
});

test('deleting an execution closes its tabs', async () => {
  const { connections, panels, view } = await activated();
  const { execution } = await openHost();
  const { admin } = await connections.get('local').open();
  await admin?.deleteExecution({ execution });
  panels.closeExecution('local', execution);
  await until(() => panels.open.length === 0);
  view.refresh();
  assert.ok(!(await view.getChildren()).some((node) => node.kind === 'execution' && node.execution.id === execution));
});
