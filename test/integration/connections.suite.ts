import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  commands,
  ConfigurationTarget,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type LogOutputChannel,
} from 'vscode';
import { addConnection } from '../../src/extension/commands/addConnection.ts';
import type { Parts } from '../../src/extension/commands/command.ts';
import { editConnection } from '../../src/extension/commands/editConnection.ts';
import { signIn } from '../../src/extension/commands/signIn.ts';
import type { LazyConnection } from '../../src/extension/connection.ts';
import type { ConnectionNode, TreeNode } from '../../src/extension/tree/nodes.ts';
import type { Words } from '../../src/extension/words.ts';
import { openSink } from '../../src/sources/open.ts';
import { RedisServer } from '../harness/redisServer.ts';
import { startService, tokenOf, tokensFor, type TestService } from '../harness/service.ts';
import { ScriptedUser } from '../unit/extension/connect/scriptedUser.ts';
import { activated, told, until } from './editor.ts';
import { record } from './record.ts';
import { test } from './runner.ts';

const english: Words = { t: (message) => message, language: 'en' };
const configuration = () => workspace.getConfiguration('executionLogs');

async function partsAnsweredBy(user: ScriptedUser): Promise<Parts> {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  return {
    ...(await activated()),
    words: english,
    ask: user,
    log: quiet,
    output: quiet as unknown as LogOutputChannel,
  };
}

/** Puts connections into the user's settings, and takes them out again afterwards. */
async function withConnections(entries: readonly unknown[], work: () => Promise<void>): Promise<void> {
  const { connections } = await activated();
  await configuration().update('connections', entries, ConfigurationTarget.Global);
  try {
    await work();
  } finally {
    for (const connection of connections.list()) await connections.secrets.forget(connection.spec);
    for (const target of [ConfigurationTarget.Global, ConfigurationTarget.Workspace])
      await configuration().update('connections', undefined, target);
    await until(() => connections.list().length === 1);
  }
}

async function rootOf(name: string): Promise<ConnectionNode> {
  const { view } = await activated();
  const roots = await view.getChildren();
  const root = roots.find((node) => node.kind === 'connection' && node.connection.name === name);
  assert.ok(root?.kind === 'connection', `${name} is among ${roots.map(({ id }) => id).join(', ')}`);
  return root;
}

async function under(name: string): Promise<TreeNode[]> {
  const { view } = await activated();
  return view.getChildren(await rootOf(name));
}

/** How the connection's node looks after it was last asked. */
async function look(name: string): Promise<string> {
  const { view } = await activated();
  return String(view.getTreeItem(await rootOf(name)).description);
}

async function guardedService(): Promise<TestService> {
  const service = await startService({ tokens: tokensFor({ reader: { executions: ['*'] } }) });
  await record(service.store, { name: 'guarded' });
  return service;
}

function names(nodes: readonly TreeNode[]): string[] {
  return nodes.map((node) => (node.kind === 'execution' ? node.execution.name : node.kind));
}

test('what is remote is asked for nothing before the user connects it', async () => {
  await using service = await startService();
  await record(service.store, { name: 'far away' });
  await withConnections([{ name: 'team', url: service.url }], async () => {
    const { view } = await activated();
    await commands.executeCommand('executionLogs.executions.focus');
    assert.deepEqual(names(await under('team')), ['offline']);
    view.refresh();
    await assert.rejects(view.tree.find('team', { execution: 'x' }), { code: 'unavailable' });
    assert.deepEqual(names(await under('team')), ['offline']);
    assert.equal(await look('team'), 'not connected');
    const item = view.getTreeItem(await rootOf('team'));
    assert.equal(item.command?.command, 'executionLogs.connect');
    assert.deepEqual(service.events, []);

    await commands.executeCommand('executionLogs.connect', await rootOf('team'));
    assert.deepEqual(names(await under('team')), ['far away']);
    assert.equal(await look('team'), '');
    assert.ok(service.events.length > 0);

    await commands.executeCommand('executionLogs.disconnect', await rootOf('team'));
    assert.deepEqual(names(await under('team')), ['offline']);
    await assert.rejects((await rootOf('team')).connection.open(), { code: 'unavailable' });
  });
});

test('the tab of a log is told when its connection ends, and shows it again when it is back', async () => {
  await using service = await startService();
  const execution = await record(service.store, { lines: ['one'] });
  await withConnections([{ name: 'team', url: service.url }], async () => {
    const { view, panels } = await activated();
    await commands.executeCommand('executionLogs.connect', 'team');
    const host = await view.tree.find('team', { execution, step: 'build', host: 'alpha' });
    await commands.executeCommand('executionLogs.openLogInNewTab', host);
    const panel = panels.open.find(({ address }) => address.connection === 'team');
    assert.ok(panel);
    await panel.source();
    await commands.executeCommand('executionLogs.disconnect', 'team');
    await assert.rejects(panel.source(), { code: 'unavailable' });
    await commands.executeCommand('executionLogs.connect', 'team');
    const source = await panel.source();
    const page = await source.readLog({ ...panel.address.scope, position: { at: 'start' } });
    assert.equal(page.lines.count, 1);
    panel.close();
    await until(() => !panels.open.includes(panel));
  });
});

test('several connections stand side by side, each with its own state', async () => {
  await using open = await startService();
  await using guarded = await guardedService();
  await record(open.store, { name: 'open to all' });
  const entries = [
    { name: 'open', url: open.url },
    { name: 'guarded', url: `executor+${guarded.url}` },
    { name: 'nowhere', url: 'http://127.0.0.1:1' },
    { name: 'not asked', url: guarded.url },
  ];
  await withConnections(entries, async () => {
    for (const name of ['open', 'guarded', 'nowhere']) await commands.executeCommand('executionLogs.connect', name);
    assert.deepEqual(names(await under('open')), ['open to all']);
    for (const name of ['guarded', 'nowhere']) assert.deepEqual(names(await under(name)), ['error']);
    assert.deepEqual(names(await under('not asked')), ['offline']);
    assert.deepEqual(await Promise.all(entries.map(({ name }) => look(name))), [
      '',
      'not signed in',
      'cannot be reached',
      'not connected',
    ]);
  });
});

test('who is not known signs in and sees the executions; who signs out no longer does', async () => {
  await using service = await guardedService();
  await withConnections([{ name: 'team', url: service.url }], async () => {
    const { connections, view } = await activated();
    await commands.executeCommand('executionLogs.connect', 'team');
    const [error] = await under('team');
    assert.ok(error?.kind === 'error' && error.error.code === 'unauthorized');
    assert.equal(view.getTreeItem(error).command?.command, 'executionLogs.signIn');

    const user = new ScriptedUser(['With a token', 'wrong', 'Change what', tokenOf('reader')]);
    await signIn.run(await partsAnsweredBy(user), error);
    assert.deepEqual(names(await under('team')), ['guarded']);
    assert.deepEqual(await connections.secrets.get(connections.get('team').spec), { token: tokenOf('reader') });
    assert.ok(!JSON.stringify(configuration().get('connections')).includes(tokenOf('reader')));

    await commands.executeCommand('executionLogs.signOut', await rootOf('team'));
    assert.equal(await connections.secrets.get(connections.get('team').spec), undefined);
    assert.deepEqual(names(await under('team')), ['offline']);
  });
});

test('what is unreachable is reached by trying again', async () => {
  const first = await startService();
  await first.close();
  const port = Number(new URL(first.url).port);
  await withConnections([{ name: 'team', url: first.url }], async () => {
    await commands.executeCommand('executionLogs.connect', 'team');
    const [error] = await under('team');
    assert.ok(error?.kind === 'error' && error.error.code === 'unavailable');
    await using again = await startService({ port });
    await record(again.store, { name: 'back again' });
    await commands.executeCommand('executionLogs.retry', error);
    await until(async () => names(await under('team')).includes('back again'));
    assert.equal(await look('team'), '');
  });
});

test('a connection is added, renamed, moved and removed, and its token goes with it and nowhere else', async () => {
  await using service = await guardedService();
  await withConnections([], async () => {
    const { connections, view } = await activated();
    const adding = new ScriptedUser(['Log service', service.url, 'With a token', tokenOf('reader'), 'team']);
    await addConnection.run(await partsAnsweredBy(adding));
    const added = connections.get('team');
    assert.deepEqual(configuration().get('connections'), [{ name: 'team', url: service.url }]);
    assert.deepEqual(names(await under('team')), ['guarded']);

    await editConnection.run(await partsAnsweredBy(new ScriptedUser(['Name', 'crew'])), 'team');
    assert.deepEqual(configuration().get('connections'), [{ name: 'crew', url: service.url }]);
    assert.equal(await connections.secrets.get(added.spec), undefined);
    assert.deepEqual(await connections.secrets.get(connections.get('crew').spec), { token: tokenOf('reader') });
    assert.deepEqual(names(await under('crew')), ['guarded']);

    const seen = await authorizationsSeen(async (url) => {
      await configuration().update('connections', [{ name: 'crew', url }], ConfigurationTarget.Global);
      await commands.executeCommand('executionLogs.connect', 'crew');
      await view.getChildren(await rootOf('crew'));
    });
    assert.ok(seen.length > 0 && seen.every((header) => header === undefined), JSON.stringify(seen));

    await configuration().update('connections', [{ name: 'crew', url: service.url }], ConfigurationTarget.Global);
    const last = connections.get('crew');
    await confirming('Remove', async () => commands.executeCommand('executionLogs.removeConnection', 'crew'));
    assert.deepEqual(configuration().get('connections'), []);
    assert.equal(await connections.secrets.get(last.spec), undefined);
  });
});

/** The headers of whoever is asked meanwhile at an address of its own. */
async function authorizationsSeen(work: (url: string) => Promise<void>): Promise<(string | undefined)[]> {
  const seen: (string | undefined)[] = [];
  const server = createServer(({ headers }, answer) => {
    seen.push(headers.authorization);
    answer.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return seen;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers the editor's own question as a user would. */
async function confirming(answer: string, work: () => Thenable<unknown>): Promise<void> {
  const ask = Object.getOwnPropertyDescriptor(window, 'showWarningMessage');
  Object.defineProperty(window, 'showWarningMessage', { configurable: true, value: async () => answer });
  try {
    await work();
  } finally {
    if (ask) Object.defineProperty(window, 'showWarningMessage', ask);
  }
}

test('a Redis is added with the password that was typed into its address, and read directly', async () => {
  await using redis = await RedisServer.start({ password: 'hush-hush' });
  const credentials = { get: async () => ({ password: 'hush-hush' }), set: async () => undefined };
  await using sink = await openSink(redis.url, { credentials });
  await record(sink, { name: 'streamed', lines: ['one'] });
  await withConnections([], async () => {
    const address = redis.url.replace('//', '//:hush-hush@');
    const user = new ScriptedUser(['Redis, as', address, 'cache']);
    await addConnection.run(await partsAnsweredBy(user));
    assert.deepEqual(configuration().get('connections'), [{ name: 'cache', url: redis.url }]);
    assert.match(user.asked.at(-1) ?? '', /Found/);
    const [execution] = await under('cache');
    assert.ok(execution?.kind === 'execution' && execution.execution.name === 'streamed');
    const { view } = await activated();
    const [step] = await view.getChildren(execution);
    assert.deepEqual(
      (await view.getChildren(step)).map(({ kind }) => kind),
      ['host'],
    );
  });
});

test('only the user’s own settings connect by themselves', async () => {
  await using service = await startService();
  await record(service.store, { name: 'far away' });
  const url = service.url;
  await withConnections([{ name: 'mine', url, connect: 'automatic' }], async () => {
    const { connections } = await activated();
    const theirs = [
      { name: 'theirs', url, connect: 'automatic' },
      { name: 'mine', url: 'http://127.0.0.1:1' },
    ];
    await configuration().update('connections', theirs, ConfigurationTarget.Workspace);
    const described = ({ name, connected, spec }: LazyConnection) => [name, connected, spec.level];
    await until(() => connections.list().length === 3);
    assert.deepEqual(connections.list().slice(1).map(described), [
      ['mine', true, 'user'],
      ['theirs', false, 'workspace'],
    ]);
    assert.deepEqual(names(await under('mine')), ['far away']);
    assert.deepEqual(names(await under('theirs')), ['offline']);
  });
});

test('a connection whose URL holds a password is left out', async () => {
  await withConnections([{ name: 'team', url: 'http://me:hush@127.0.0.1:1' }], async () => {
    assert.equal((await activated()).connections.list().length, 1);
  });
});

test('folders begin at the workspace folder, and what counts as interrupted is as it is set', async () => {
  await withConnections([{ name: 'deployments', url: 'deployment-log:agent_logs' }], async () => {
    const { connections } = await activated();
    const connection = connections.get('deployments');
    assert.deepEqual([connection.kind, connection.connected], ['file', true]);
    const { places } = connections.reachOf(connection.spec);
    assert.equal(places().workspace, workspace.workspaceFolders?.[0]?.uri.fsPath);
    assert.equal(places().staleAfterMinutes, 35);
    const set = (minutes?: number) =>
      configuration().update('deploymentLog.staleAfterMinutes', minutes, ConfigurationTarget.Global);
    const opened = await told(
      connections.onDidConnect,
      async () => set(2),
      (all) => all.length > 0,
    );
    assert.deepEqual(
      opened.map(({ name }) => name),
      ['deployments'],
    );
    assert.equal(places().staleAfterMinutes, 2);
    await set(undefined);
  });
});

test('a job of a job API is opened by its id, with its log, and stays in the tree', async () => {
  await using service = await startService();
  const id = await record(service.store, {
    name: 'Split',
    kind: 'plan_execute',
    hosts: { here: 'failed' },
    lines: ['x'],
  });
  await withConnections([{ name: 'jobs', url: `jobs+${service.url}` }], async () => {
    const { view, panels } = await activated();
    await commands.executeCommand('executionLogs.openById', id, 'jobs');
    await until(() => panels.open.some(({ address }) => address.connection === 'jobs'));
    const panel = panels.open.find(({ address }) => address.connection === 'jobs');
    assert.ok(panel);
    assert.equal(panel.address.scope.execution, id);
    const execution = (await under('jobs')).find((node) => node.kind === 'execution');
    assert.ok(execution);
    assert.match(String(view.getTreeItem(execution).description), /^Plan execution/);
    const [step, ...others] = await view.getChildren(execution);
    assert.ok(step?.kind === 'step' && others.length === 0);
    assert.equal(view.getTreeItem(step).collapsibleState, TreeItemCollapsibleState.None);
    panel.close();
  });
});

test('checkpoints of a folder in the workspace are browsed', async () => {
  const root = workspace.workspaceFolders?.[0]?.uri;
  assert.ok(root);
  const hostStates = { 'node-1': { status: 'Success' } };
  const node = { status: 'Success', startedAt: '2026-01-31T12:00:00Z', hostStates };
  const state = {
    version: 1,
    clusterName: 'c1',
    pipelineName: 'Create',
    status: 'Failed',
    nodeStates: { prepare: node },
  };
  const file = Uri.joinPath(root, 'kubexm', 'c1', 'Create.checkpoint.json');
  await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(state)));
  await withConnections([{ name: 'clusters', url: 'checkpoint:kubexm' }], async () => {
    const { view } = await activated();
    const [execution] = await under('clusters');
    assert.equal(execution?.kind, 'execution');
    const [step] = await view.getChildren(execution);
    const [result] = await view.getChildren(step);
    assert.ok(result?.kind === 'host');
    assert.deepEqual([result.host.name, result.host.status], ['node-1', 'succeeded']);
  });
});
