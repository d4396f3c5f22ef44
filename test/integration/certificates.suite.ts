import { strict as assert } from 'node:assert';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { commands, ConfigurationTarget, extensions, workspace } from 'vscode';
import { startService } from '../harness/service.ts';
import { activated, until } from './editor.ts';
import { record } from './record.ts';
import { test } from './runner.ts';

function certificateFile(name: string): string {
  const folder = extensions.getExtension('execution-logs.execution-logs')?.extensionPath ?? '';
  return join(folder, 'test/harness/certificate', name);
}

/** What the connection `team` answers when it is connected with these settings. */
async function answers(entry: Readonly<Record<string, unknown>>): Promise<string[]> {
  const { connections, view } = await activated();
  const configuration = workspace.getConfiguration('executionLogs');
  await configuration.update('connections', [{ name: 'team', ...entry }], ConfigurationTarget.Global);
  await commands.executeCommand('executionLogs.connect', 'team');
  const root = (await view.getChildren()).find((node) => node.kind === 'connection' && node.connection.name === 'team');
  const nodes = await view.getChildren(root);
  await configuration.update('connections', undefined, ConfigurationTarget.Global);
  await until(() => connections.list().length === 1);
  return nodes.map((node) =>
    node.kind === 'error' ? node.error.message : node.kind === 'execution' ? node.execution.name : node.kind,
  );
}

test('a certificate nobody knows is refused in words, and trusted when the connection says so', async () => {
  await using service = await startService();
  await record(service.store, { name: 'behind a certificate' });
  const [cert, key] = await Promise.all(['certificate.pem', 'key.pem'].map((file) => readFile(certificateFile(file))));
  const server = createServer({ cert, key }, ({ method, url, headers }, answer) => {
    // The service answers to its own name only.
    const forwarded = { ...headers, host: new URL(service.url).host };
    const onward = request(`${service.url}${url ?? ''}`, { method, headers: forwarded }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    assert.match((await answers({ url })).join(), /certificate .* is not trusted here/);
    assert.deepEqual(await answers({ url, ca: certificateFile('certificate.pem') }), ['behind a certificate']);
    assert.deepEqual(await answers({ url, allowSelfSigned: true }), ['behind a certificate']);
    assert.match((await answers({ url, ca: certificateFile('none.pem') })).join(), /CA file cannot be read/);
    assert.match((await answers({ url, ca: 'relative.pem' })).join(), /no absolute path/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
