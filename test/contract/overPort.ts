import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { connect } from '../../src/bridge/connect.ts';
import type { Port } from '../../src/bridge/port.ts';
import { serve } from '../../src/bridge/serve.ts';
import type { LogSource } from '../../src/model/source.ts';
import type { Subject } from './subject.ts';

/** What an editor's view sees of a subject: read over a real port, so that everything is copied on its way. */
export function overPort(bottom: Subject): Subject {
  let link = new Link(bottom.source);
  const over = {
    get source() {
      return link.source;
    },
    get sink() {
      return bottom.sink;
    },
    waitingTails: () => bottom.waitingTails(),
    async [Symbol.asyncDispose]() {
      link[Symbol.dispose]();
      await bottom[Symbol.asyncDispose]();
    },
  };
  const restart = async (): Promise<void> => {
    link[Symbol.dispose]();
    await bottom.restart?.();
    link = new Link(bottom.source);
  };
  const trim: Subject['trim'] = (ref, to) => bottom.trim?.(ref, to) ?? Promise.resolve();
  return Object.assign(over, {
    ...(bottom.admin && { admin: bottom.admin }),
    ...(bottom.cut && { cut: () => bottom.cut?.() }),
    ...(bottom.trim && { trim }),
    ...(bottom.restart && { restart }),
  });
}

class Link implements Disposable {
  readonly #ends = new MessageChannel();
  readonly #served: { dispose(): void };
  readonly #far: ReturnType<typeof connect<LogSource>>;
  readonly source: LogSource;

  constructor(source: LogSource) {
    const { port1, port2 } = this.#ends;
    this.#served = serve(portOf(port1), source);
    const far = connect<LogSource>(portOf(port2), { streams: ['tailLog', 'watch'] });
    this.#far = far;
    this.source = {
      capabilities: source.capabilities,
      listExecutions: (query, options) => far.listExecutions(query, options),
      getExecution: (ref, options) => far.getExecution(ref, options),
      getStepResult: (query, options) => far.getStepResult(query, options),
      readLog: (query, options) => far.readLog(query, options),
      tailLog: (query, options) => far.tailLog(query, options),
      watch: (query, options) => far.watch(query, options),
      [Symbol.asyncDispose]: async () => far.dispose(),
    };
  }

  [Symbol.dispose](): void {
    this.#far.dispose();
    this.#served.dispose();
    this.#ends.port1.close();
    this.#ends.port2.close();
  }
}

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
