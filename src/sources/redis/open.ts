import type { ConnectOptions } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import type { LogSink } from '../../model/sink.ts';
import type { LogAdmin, LogSource } from '../../model/source.ts';
import type { LogStatistics } from '../../model/statistics.ts';
import { redisAddress } from './address.ts';
import { openRedis } from './connection.ts';
import { Keys } from './perHost/keys.ts';
import { PerHostSink } from './perHost/sink.ts';
import { PerHostSource, usualPatience } from './perHost/source.ts';
import { openSharedSource } from './shared/source.ts';

/**
 * Opens `redis[s]://host:port/database` to browse; `?layout=perHost` (what we record, the default) with `?prefix=`, or
 * `?layout=shared` (what others write) with `?stream=` and `?results=`. `?cluster=1` when it is one. Connects when it
 * is first used. Throws invalidRequest.
 */
export async function openRedisSource(
  url: string,
  options?: ConnectOptions,
): Promise<{ readonly source: LogSource; readonly admin?: LogAdmin; readonly statistics?: LogStatistics }> {
  const layout = layoutOf(url);
  if (layout.kind === 'shared') {
    const redis = await openRedis(url, options);
    return { source: openSharedSource(redis, layout.streams) };
  }
  const source = new PerHostSource(await openRedis(url, options), layout.keys, usualPatience);
  return { source, admin: source, statistics: source };
}

export interface RedisSinkOptions extends ConnectOptions {
  /** Milliseconds that a writer may be away, over a restart of its own too, before what it writes counts as interrupted. */
  readonly grace?: number;
}

/** Opens it to record into. Throws invalidRequest, also for a layout that is not ours to write. */
export async function openRedisSink(url: string, options: RedisSinkOptions = {}): Promise<LogSink> {
  const layout = layoutOf(url);
  if (layout.kind === 'shared')
    throw new LogError('invalidRequest', 'The shared layout is only read here. Record without ?layout=shared.');
  const { grace } = options;
  const heartbeat = grace === undefined ? undefined : { every: grace / 4, life: grace, comesBack: true };
  return new PerHostSink(await openRedis(url, options), layout.keys, heartbeat);
}

type Layout =
  | { readonly kind: 'perHost'; readonly keys: Keys }
  | { readonly kind: 'shared'; readonly streams: { readonly stream?: string; readonly results?: string } };

function layoutOf(url: string): Layout {
  const { parameters } = redisAddress(url);
  const layout = parameters.get('layout') ?? 'perHost';
  if (layout === 'perHost') return { kind: 'perHost', keys: new Keys(parameters.get('prefix') ?? undefined) };
  if (layout !== 'shared')
    throw new LogError('invalidRequest', `There is no layout "${layout}". Write ?layout=perHost or ?layout=shared.`);
  const [stream, results] = ['stream', 'results'].map((name) => parameters.get(name) ?? undefined);
  return { kind: 'shared', streams: { ...(stream && { stream }), ...(results && { results }) } };
}
