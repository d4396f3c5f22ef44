import { env, window } from 'vscode';
import { LogError } from '../../model/errors.ts';
import { failedHosts } from '../../tools/failedHosts.ts';
import { connectionOf, executionOf, stepOf } from '../tree/nodes.ts';
import type { Command } from './command.ts';
import { logNodeFrom } from './target.ts';

/** The id by which other tools know the execution. */
export const copyId: Command = {
  name: 'copyId',
  async run(parts, given) {
    await env.clipboard.writeText(executionOf(logNodeFrom(given, parts)).execution.id);
  },
};

export const copyHost: Command = {
  name: 'copyHost',
  async run(parts, given) {
    const node = logNodeFrom(given, parts);
    if (node.kind !== 'host') throw new LogError('invalidRequest', parts.words.t('Select a host first.'));
    await env.clipboard.writeText(node.host.address ?? node.host.name);
  },
};

/** The failed hosts of a step, one per line, for the next command to run on. */
export const copyFailedHosts: Command = {
  name: 'copyFailedHosts',
  async run(parts, given) {
    const node = logNodeFrom(given, parts);
    if (node.kind === 'execution') throw new LogError('invalidRequest', parts.words.t('Select a step first.'));
    const { source } = await connectionOf(node).open();
    const query = { execution: executionOf(node).execution.id, step: stepOf(node).step.id };
    const hosts = (await Array.fromAsync(failedHosts(source, query))).map(({ address, name }) => address ?? name);
    if (hosts.length > 0) await env.clipboard.writeText(hosts.join('\n'));
    const { t } = parts.words;
    void window.setStatusBarMessage(
      hosts.length === 0 ? t('No host failed.') : t('{0} hosts copied', hosts.length),
      4_000,
    );
  },
};
