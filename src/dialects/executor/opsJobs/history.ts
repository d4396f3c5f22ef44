import { LogError } from '../../../model/errors.ts';
import type { Asking, OpsJobsApi } from './api.ts';
import { readLogText, type TextEntry } from './logText.ts';
import type { Detail } from './records.ts';
import { compareStreamIds, isStreamId, streamIdAfter } from './streamIds.ts';
import { fieldsOf, textOf } from '../../values.ts';

/** Entries of a page; the server looks at ten times as many to find them. */
const firstPage = 500;
const laterPage = 2_000;
const largestPage = 5_000;
const mostPages = 100;

/** An entry by which the next page is joined to what is known. */
export interface KnownEntry {
  readonly id: string;
  readonly raw: string;
}

export interface HostLog {
  readonly detail: Detail;
  readonly step: string;
  readonly host: string;
}

interface HistoryPage {
  readonly entries: readonly TextEntry[];
  /** Id of the page's oldest entry, the only one that is told; undefined on an empty page. */
  readonly oldest: string | undefined;
}

/** What one host's history says: text pages that lead back, of which only the oldest entry's id is known. */
export class History {
  readonly #api: OpsJobsApi;

  constructor(api: OpsJobsApi) {
    this.#api = api;
  }

  /** The newest entry before `bound`, or of all: with a limit of one, the page's oldest is the newest. */
  async newest(log: HostLog, bound: string, asking: Asking): Promise<KnownEntry | undefined> {
    const { entries, oldest } = await this.#page(log, bound, 1, asking);
    return oldest === undefined ? undefined : { id: oldest, raw: entries[0]?.raw ?? '' };
  }

  /**
   * All entries up to and including `newest` that come after `known`, oldest first; `cut` when there are so many
   * that reading stopped before it met what is known. Nothing before `from` is looked at.
   */
  async after(
    log: HostLog,
    newest: string,
    known: KnownEntry | undefined,
    from: string,
    asking: Asking,
  ): Promise<{ entries: TextEntry[]; cut: boolean }> {
    const pages: (readonly TextEntry[])[] = [];
    const least = known?.id ?? from;
    // The entry with the pointer's own id is never on its page.
    let bound = streamIdAfter(newest);
    for (let count = 0; count < mostPages; count++) {
      const limit = [firstPage, laterPage][count] ?? largestPage;
      const page = await this.#page(log, bound, limit, asking);
      if (page.oldest === undefined) return { entries: pages.reverse().flat(), cut: false };
      if (compareStreamIds(page.oldest, least) <= 0) {
        pages.push(known ? await this.#newer(log, bound, page.entries, known, asking) : page.entries);
        return { entries: pages.reverse().flat(), cut: false };
      }
      pages.push(page.entries);
      bound = page.oldest;
    }
    return { entries: pages.reverse().flat(), cut: true };
  }

  /** The entries of a page that come after `known`, which is on it. */
  async #newer(
    log: HostLog,
    bound: string,
    entries: readonly TextEntry[],
    known: KnownEntry,
    asking: Asking,
  ): Promise<readonly TextEntry[]> {
    const at = entries.findIndex(({ raw }) => raw === known.raw);
    if (at >= 0 && entries.findLastIndex(({ raw }) => raw === known.raw) === at) return entries.slice(at + 1);
    // Several say the same at the same time: the smallest page that reaches back to it tells how many are newer.
    let newer = 0;
    let reaching = largestPage;
    while (reaching - newer > 1) {
      const limit = (newer + reaching) >> 1;
      const { oldest } = await this.#page(log, bound, limit, asking);
      if (oldest !== undefined && compareStreamIds(oldest, known.id) > 0) newer = limit;
      else reaching = limit;
    }
    return newer === 0 ? [] : (await this.#page(log, bound, newer, asking)).entries;
  }

  async #page({ detail, step, host }: HostLog, bound: string, limit: number, asking: Asking): Promise<HistoryPage> {
    const path = `execution-records/${detail.execution.id}/steps/${step}/hosts/${encodeURIComponent(host)}/logs/`;
    const pointer = `redis:agent_logs/${detail.lineId}@${bound}`;
    const content = await this.#api.get(path, { pointer, limit: String(limit) }, asking);
    const text = content['log_context'] ?? content['logContent'];
    const next = textOf(content['next_pointer']);
    const oldest = next?.slice(next.lastIndexOf('@') + 1);
    return {
      entries: readLogText(typeof text === 'string' ? text : ''),
      oldest: isStreamId(oldest) ? oldest : undefined,
    };
  }
}

/** So many lines of an execution are looked at for those of agents; the server looks at ten times as many. */
const agentPage = 1_000;

/**
 * What agents wrote up to `bound`, by host, as the older history of a whole execution tells it: as of one step that
 * is none of the execution's. `full` when there may be more before.
 */
export async function agentEntries(
  api: OpsJobsApi,
  { execution, lineId }: Detail,
  bound: string,
  asking: Asking,
): Promise<{ hosts: Map<string, TextEntry[]>; full: boolean }> {
  const pointer = `redis:agent_logs/${lineId}@${bound}`;
  const hosts = new Map<string, TextEntry[]>();
  const content = await api
    .get(`execution-records/${execution.id}/logs/`, { pointer, limit: String(agentPage) }, asking)
    .catch((error: unknown) => {
      // "No logs found" is told as a bad request.
      if (error instanceof LogError && error.code === 'invalidRequest') return fieldsOf(undefined);
      throw error;
    });
  let count = 0;
  for (const group of Object.values(fieldsOf(content['step_logs'])).map(fieldsOf)) {
    const named = execution.steps.some(({ name }) => name === textOf(group['step_name']));
    for (const [id, host] of Object.entries(fieldsOf(group['host_logs']))) {
      const { logs, error_logs: errorLogs } = fieldsOf(host);
      const entries = [logs, errorLogs].flatMap((text) => readLogText(typeof text === 'string' ? text : ''));
      count += entries.length;
      if (!named) hosts.set(id, entries);
    }
  }
  return { hosts, full: count >= agentPage };
}
