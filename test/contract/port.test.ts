import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { connect } from '../../src/bridge/connect.ts';
import type { Port } from '../../src/bridge/port.ts';
import { serve } from '../../src/bridge/serve.ts';
import type { LogSource } from '../../src/model/source.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { describeLogSource } from './describeLogSource.ts';

/** A real port: what goes through it is copied as between an editor and its view. */
function portOf(end: MessagePort): Port {
  return {
    post: (message) => end.postMessage(message),
    onMessage(listener) {
      end.on('message', listener);
      return { dispose: () => end.off('message', listener) };
    },
  };
}

await describeLogSource('port(memory)', async () => {
  const store = new MemoryStore();
  const { port1, port2 } = new MessageChannel();
  const served = serve(portOf(port1), store);
  const far = connect<LogSource>(portOf(port2), { streams: ['tailLog', 'watch'] });
  const source: LogSource = {
    capabilities: store.capabilities,
    listExecutions: (query, options) => far.listExecutions(query, options),
    getExecution: (ref, options) => far.getExecution(ref, options),
    getStepResult: (query, options) => far.getStepResult(query, options),
    readLog: (query, options) => far.readLog(query, options),
    tailLog: (query, options) => far.tailLog(query, options),
    watch: (query, options) => far.watch(query, options),
    [Symbol.asyncDispose]: async () => far.dispose(),
  };
  return {
    source,
    sink: store,
    admin: store,
    waitingTails: () => store.waiting,
    trim: async (ref, to) => store.trim(ref, to),
    async [Symbol.asyncDispose]() {
      far.dispose();
      served.dispose();
      port1.close();
      port2.close();
      await store[Symbol.asyncDispose]();
    },
  };
});
