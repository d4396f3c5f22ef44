import type { Served } from '../../src/dialects/http.ts';
import type { LogSource } from '../../src/model/source.ts';
import { dialectRoutes, dialectSockets } from '../../src/service/dialects.ts';
import { createHandler, type HandlerOptions } from '../../src/service/handler.ts';
import { listen, type ListenOptions } from '../../src/service/node.ts';
import type { ServiceEvent } from '../../src/service/serviceLog.ts';
import { hashOfToken, Tokens } from '../../src/service/tokens.ts';
import type { TokenEntry } from '../../src/service/tokenEntries.ts';
import { MemoryStore } from '../../src/sources/memory.ts';

export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly store: MemoryStore;
  /** What it logged so far. */
  readonly events: readonly ServiceEvent[];
  close(): Promise<void>;
}

type Options = Partial<HandlerOptions> & Partial<ListenOptions>;

/** A service on a free port of loopback, over a store in memory unless something else is served. */
export async function startService(options: Options = {}): Promise<TestService> {
  const store = new MemoryStore();
  const events: ServiceEvent[] = [];
  const log = (event: ServiceEvent): void => void events.push(event);
  const handler = createHandler({
    served: servedFrom(store),
    routes: dialectRoutes,
    sockets: dialectSockets,
    log,
    ...options,
  });
  const server = await listen(handler, { port: 0, ...options });
  const close = async (): Promise<void> => {
    await server.close();
    await store[Symbol.asyncDispose]();
  };
  return { url: server.url, store, events, close, [Symbol.asyncDispose]: close };
}

/** A store that many write into, as a service serves it. */
export function servedFrom(store: MemoryStore, source: LogSource = store): Served {
  return { source, admin: store, statistics: store, sinkFor: async () => store };
}

/** The token of a bearer of this name, in tests. */
export function tokenOf(name: string): string {
  return `token-of-${name}-`.padEnd(40, name);
}

export function entry(name: string, more: Partial<TokenEntry> = {}): TokenEntry {
  return { name, sha256: hashOfToken(tokenOf(name)), executions: [], names: [], users: [], may: ['read'], ...more };
}

/** Tokens by name with what they may see and do. */
export function tokensFor(entries: Readonly<Record<string, Partial<TokenEntry>>>): Tokens {
  return new Tokens(Object.entries(entries).map(([name, more]) => entry(name, more)));
}

export function bearer(name: string): { headers: { authorization: string } } {
  return { headers: { authorization: `Bearer ${tokenOf(name)}` } };
}
