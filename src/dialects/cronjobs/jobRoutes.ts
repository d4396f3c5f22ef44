import { LogError } from '../../model/errors.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import { pathParam } from '../executor/call.ts';
import { switchParam } from '../executor/params.ts';
import { json, type Route } from '../http.ts';
import { findJob, knownJobs, runsOf } from './jobRuns.ts';
import { readNothing } from './noBody.ts';
import { limitParam, skipParam, statusParam } from './params.ts';
import { toJob, toRun, toRunWithSteps } from './records.ts';

const jobs = '/api/cronjobs/';
/** Runs are counted through from the newest. */
const furthest = 100_000;

/** Jobs and their runs, as document 001 has them. */
export const jobRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: jobs,
    needs: 'read',
    async answer({ query, signal }, served) {
      const skip = skipParam(query, 'skip');
      const limit = limitParam(query, 100, 1_000);
      const enabledOnly = switchParam(query, 'enabled_only');
      const known = (await knownJobs(served, { signal })).filter(({ job }) => job.enabled || !enabledOnly);
      const now = Date.now();
      const page = known.slice(skip, skip + limit).map((one) => toJob(one, now));
      return json({ jobs: page, total: known.length, skip, limit });
    },
  },
  {
    method: 'POST',
    path: jobs,
    needs: 'run',
    async answer(call) {
      await readNothing(call);
      const words = 'Jobs are files here: nothing is created over HTTP. ';
      const remedy = "Put <job>.yaml into the service's --pipelines folder; it is found at once.";
      throw new LogError('invalidRequest', words + remedy);
    },
  },
  {
    method: 'GET',
    path: `${jobs}:job_id/`,
    needs: 'read',
    async answer(call, served) {
      return json(toJob(await findJob(served, pathParam(call, 'job_id'), { signal: call.signal }), Date.now()));
    },
  },
  {
    method: 'POST',
    path: `${jobs}:job_id/trigger`,
    needs: 'run',
    async answer(call, { runner }) {
      const job = pathParam(call, 'job_id');
      await readNothing(call);
      if (!runner)
        throw new LogError('invalidRequest', 'Nothing can be run here. Start the service with --pipelines <folder>.');
      const { execution } = await runner.start({ job }, { signal: call.signal });
      const message = `Job ${job} runs as ${execution}.`;
      return json({ job_run_id: execution, task_id: execution, status: 'started', message });
    },
  },
  {
    method: 'GET',
    path: `${jobs}:job_id/runs`,
    needs: 'read',
    async answer(call, served) {
      const { query, signal } = call;
      const job = pathParam(call, 'job_id');
      const skip = skipParam(query, 'skip');
      const limit = limitParam(query, 50, 1_000);
      const wanted = statusParam(query);
      await findJob(served, job, { signal });
      const runs: ExecutionSummary[] = [];
      let passed = 0;
      let more = false;
      const filter = { job, ...(wanted && { statuses: wanted }) };
      for await (const run of runsOf(served.source, filter, { signal })) {
        more = runs.length === limit;
        if (more || passed >= furthest) break;
        if (passed++ >= skip) runs.push(run);
      }
      const now = Date.now();
      return json({ job_id: job, runs: runs.map((run) => toRun(run, now)), skip, limit, has_more: more });
    },
  },
  {
    method: 'GET',
    path: `${jobs}runs/:run_id`,
    needs: 'read',
    async answer(call, { source }) {
      const run = await source.getExecution({ execution: pathParam(call, 'run_id') }, { signal: call.signal });
      return json(toRunWithSteps(run, Date.now()));
    },
  },
];
