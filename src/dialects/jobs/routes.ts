import { LogError } from '../../model/errors.ts';
import type { LogSource } from '../../model/source.ts';
import { pathParam } from '../executor/call.ts';
import { json, type HttpAnswer, type HttpCall, type Route } from '../http.ts';
import { AskedJobs } from './asked.ts';
import { boardOf, boardQuery, boardStream } from './board.ts';
import { countParam, readObject } from './call.ts';
import { decompose } from './decompose.ts';
import { jobStreamAnswer } from './jobStream.ts';
import { newestLines } from './newestLines.ts';
import { jobsDescription } from './openApiDescription.ts';
import { snapshotOf } from './snapshot.ts';
import { jobStatus } from './words.ts';

export interface JobsRouteOptions {
  /** Milliseconds of silence before a stream says that it is still there; default 15,000. */
  readonly heartbeat?: number;
  /** How many lines an answer with a whole job holds, its newest; default 2,000. */
  readonly lines?: number;
}

const controls = ['pause', 'resume', 'skip_step'];

/** Document 004's API, where an execution is a job: docs/http-api.md. */
export function jobsRoutes({ heartbeat = 15_000, lines = 2_000 }: JobsRouteOptions = {}): readonly Route[] {
  const asked = new AskedJobs();
  return [
    { method: 'GET', path: '/api/jobs/openapi.json', needs: 'read', answer: () => json(jobsDescription()) },
    {
      method: 'GET',
      path: '/jobs/board',
      needs: 'read',
      answer: async (call, { source }) => json(await boardOf(source, asked, boardQuery(call), { signal: call.signal })),
    },
    {
      method: 'GET',
      path: '/jobs/board/stream',
      needs: 'read',
      answer: (call, { source }) => boardStream(call, source, asked, heartbeat),
    },
    ...jobPaths('/jobs/:job_id', { asked, heartbeat, lines, actions: true }),
    ...jobPaths('/tasks/decompose/jobs/:job_id', { asked, heartbeat, lines, actions: false }),
    { method: 'GET', path: '/jobs/:job_id/logs', needs: 'read', answer: (call, { source }) => tail(call, source) },
    {
      method: 'POST',
      path: '/jobs/:job_id/control',
      needs: 'run',
      answer: (call, { source }) => control(call, source),
    },
    {
      method: 'POST',
      path: '/tasks/:task_id/decompose',
      needs: 'run',
      answer: (call, served) => decompose(call, served, asked),
    },
  ];
}

/** A job and its stream; the older path tells no actions. */
function jobPaths(path: string, options: Parameters<typeof jobStreamAnswer>[3]): readonly Route[] {
  return [
    {
      method: 'GET',
      path,
      needs: 'read',
      async answer(call, { source }) {
        const id = pathParam(call, 'job_id');
        const { job } = await snapshotOf(source, id, options, { signal: call.signal });
        return json(job);
      },
    },
    {
      method: 'GET',
      path: `${path}/stream`,
      needs: 'read',
      answer: (call, { source }) => jobStreamAnswer(call, source, pathParam(call, 'job_id'), options),
    },
  ];
}

/** The last lines as texts. */
async function tail(call: HttpCall, source: LogSource): Promise<HttpAnswer> {
  const id = pathParam(call, 'job_id');
  const most = countParam(call, 'tail', { usual: 200, most: 2_000 });
  const { entries, total, cut } = await newestLines(source, id, most, { signal: call.signal });
  const lines = entries.map(({ message }) => message);
  return json({
    job_id: id,
    log_path: `job://${id}/events`,
    total_lines: total ?? lines.length,
    lines,
    truncated: cut,
  });
}

/** GAgent says no in an answer of success, and so do we: its clients show the message. */
async function control(call: HttpCall, source: LogSource): Promise<HttpAnswer> {
  const { action } = await readObject(call);
  if (typeof action !== 'string' || !controls.includes(action))
    throw new LogError('invalidRequest', `The action is one of ${controls.join(', ')}. Correct it and ask again.`);
  const { id, status } = await source.getExecution({ execution: pathParam(call, 'job_id') }, { signal: call.signal });
  const message = 'Jobs are not paused, resumed or stepped through here. They are recorded where they run.';
  return json({ success: false, job_id: id, action, status: jobStatus(status), message });
}
