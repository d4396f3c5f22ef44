import { LogError } from '../../../model/errors.ts';
import type { Credentials } from '../../../model/connect.ts';
import { Api } from '../../api.ts';
import { openEventStream } from '../../eventStream.ts';
import { errorOnWire } from '../../httpErrors.ts';
import { fieldsOf, type Fields } from '../../values.ts';
import { field, isFields, numberIn, textIn } from './fields.ts';
import type { JobsConnection } from './connection.ts';

/** Most jobs of each group of the board. */
const mostOnBoard = 500;
/** Longest event in characters: a snapshot is one. */
const longestEvent = 64 * 1_048_576;
/** GAgent's number for what is not there. */
const notThere = 1_002;

/** Requests to a GAgent of either version, or to a service of ours. */
export class JobsApi {
  readonly #api: Api;

  constructor({ url, options, cookie }: JobsConnection) {
    this.#api = new Api(url, options, cookie ? sessionCookie : undefined);
  }

  get origin(): string {
    return this.#api.base.origin;
  }

  /** A job with its lines. Throws notFound in words that say what that means here. */
  async job(id: string, signal: AbortSignal): Promise<Fields> {
    let answer: unknown;
    try {
      answer = await this.#api.json(pathOf(id), { signal });
    } catch (error) {
      throw error instanceof LogError && error.code === 'notFound' ? missing(id) : error;
    }
    const job = this.#succeeded(answer, id);
    if (textIn(job, 'job_id') === id) return job;
    throw new LogError('unavailable', `${this.origin} answers, but not with job "${id}". Is the address right?`);
  }

  /** The newest jobs by what they are; undefined where there is no board. */
  async board(signal: AbortSignal): Promise<Fields | undefined> {
    const query = new URLSearchParams({ limit: String(mostOnBoard), include_finished: 'true' });
    try {
      const board = this.#succeeded(await this.#api.json('/jobs/board', { query, signal }), 'board');
      if (isFields(field(board, 'groups'))) return board;
    } catch (error) {
      if (error instanceof LogError && error.code === 'notFound') return undefined;
      throw error;
    }
    throw new LogError('unavailable', `${this.origin} answers, but not with a board of jobs. Is the address right?`);
  }

  /** What a job's stream tells. Ends when the server ends it; throws `unavailable` when it breaks or is damaged. */
  async *stream(id: string, silence: number, signal: AbortSignal): AsyncGenerator<Fields, void> {
    const url = this.#api.streamUrl(`${pathOf(id)}/stream`, new URLSearchParams());
    const headers = await this.#api.authorization();
    const { fetch } = this.#api;
    for await (const { event, data } of openEventStream(url, {
      ...{ events: ['error'], headers, silence, signal, fetch, longestEvent },
    })) {
      const said = this.#parsed(data);
      if (event === 'error') throw errorOnWire(said) ?? new LogError('unavailable', `${this.origin} broke off.`);
      if (!isFields(said)) throw this.#damaged();
      yield said;
    }
  }

  close(): void {
    this.#api.close();
  }

  /** An answer of success may still tell of a failure. */
  #succeeded(answer: unknown, id: string): Fields {
    const said = fieldsOf(answer);
    if (field(said, 'success') !== false || !isFields(field(said, 'error'))) return said;
    const error = fieldsOf(field(said, 'error'));
    if (numberIn(error, 'error_code') === notThere) throw missing(id);
    const words = (textIn(error, 'message') ?? 'It does not say why').slice(0, 500).replace(/[.。]$/, '');
    throw new LogError('unavailable', `${this.origin} answers that it failed: ${words}.`);
  }

  #parsed(data: string): unknown {
    try {
      return JSON.parse(data) as unknown;
    } catch (error) {
      throw this.#damaged(error);
    }
  }

  #damaged(cause?: unknown): LogError {
    return new LogError('unavailable', `${this.origin} sent an event that is damaged.`, { cause });
  }
}

function missing(id: string): LogError {
  const words = `Job "${id}" was cleaned up or never existed. Look whether its id is right.`;
  return new LogError('notFound', words);
}

/** GAgent knows its users by a cookie; what would be a bearer token elsewhere is the session's. */
function sessionCookie({ token }: Credentials): Record<string, string> {
  return token === undefined ? {} : { cookie: `ga_session=${encodeURIComponent(token)}` };
}

/** URLs take `.` and `..` for steps in the path, however they are written. */
function pathOf(id: string): string {
  if (id === '' || id === '.' || id === '..' || /\p{Surrogate}/u.test(id)) throw missing(id);
  return `/jobs/${encodeURIComponent(id)}`;
}
