import type { LogAdmin, LogSource } from '../model/source.ts';
import type { LogSink } from '../model/sink.ts';
import { defaultConnection, homeFolder } from '../sources/home.ts';
import { openSink, openSource } from '../sources/open.ts';
import { dialectRoutes } from '../service/dialects.ts';
import type { Metrics } from '../service/metrics.ts';
import type { ServiceLog } from '../service/serviceLog.ts';
import { Sinks } from '../service/sinks.ts';
import type { Words } from './commandLine.ts';
import { openOptions } from './connection.ts';

/** What `execlogs serve` serves. */
export interface OpenServed extends AsyncDisposable {
  readonly source: LogSource;
  readonly admin?: LogAdmin;
  readonly routes: typeof dialectRoutes;
  /** What is asked whether it can be read, by name. */
  readonly stores: Readonly<Record<string, LogSource>>;
  sinkFor(execution: string): Promise<LogSink>;
}

/** Opens what the options name. A store that is out of reach now is opened all the same: it is tried when asked for. */
export async function openServed(words: Words, metrics: Metrics, log: ServiceLog): Promise<OpenServed> {
  const url = words.text('store') ?? defaultConnection(homeFolder(process.env, process.platform));
  const tell = (event: string) => (said: string) => {
    log({ level: 'info', event, words: said });
  };
  const options = { ...(await openOptions(words, url)), notify: tell('notice'), trace: tell('connection') };
  const { source, admin } = await openSource(url, options);
  const sinks = new Sinks({ source, metrics, open: () => openSink(url, options) });
  return {
    source,
    ...(admin && { admin }),
    routes: dialectRoutes,
    stores: { live: source },
    sinkFor: (execution) => sinks.sinkFor(execution),
    async [Symbol.asyncDispose]() {
      await sinks[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
    },
  };
}
