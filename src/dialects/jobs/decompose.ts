import { LogError } from '../../model/errors.ts';
import type { Runner } from '../../model/runner.ts';
import { pathParam } from '../executor/call.ts';
import { json, type HttpAnswer, type HttpCall, type Served } from '../http.ts';
import { numberOr, toJob } from './payload.ts';
import type { Asked, AskedJobs } from './asked.ts';
import { readObject } from './call.ts';

/**
 * `POST /tasks/:task_id/decompose`: runs a pipeline in the background and answers at once with its job. What GAgent
 * decomposes is a task of a plan; here the task or its plan, or `pipeline`, names what is run.
 */
export async function decompose(call: HttpCall, served: Served, asked: AskedJobs): Promise<HttpAnswer> {
  const task = pathParam(call, 'task_id');
  const body = await readObject(call);
  if (body['async_mode'] !== true) {
    const words = 'Jobs run in the background here, and nobody waits for them. Send "async_mode": true.';
    throw new LogError('invalidRequest', words);
  }
  const { runner, source } = served;
  if (!runner)
    throw new LogError('invalidRequest', 'This service runs nothing. Start it with --pipelines <folder> for that.');
  const about = askedIn(task, body);
  const { signal } = call;
  const job = await pipelineFor(runner, body, about, signal);
  const environment = { EXECLOGS_TASK_ID: task, ...(about.plan !== undefined && { EXECLOGS_PLAN_ID: about.plan }) };
  const { execution } = await runner.start({ job, environment }, { signal });
  asked.remember(execution, about);
  const started = toJob(await source.getExecution({ execution }, { signal }), about);
  return json({
    success: true,
    message: `Pipeline "${job}" runs in the background.`,
    result: { job_id: execution, status: started.status },
    job: { ...started, logs: [] },
  });
}

/** The one that is named, else the one called as the task, else the one called as the plan. */
async function pipelineFor(
  runner: Runner,
  { pipeline }: Readonly<Record<string, unknown>>,
  { task, plan }: Asked,
  signal: AbortSignal,
): Promise<string> {
  if (pipeline !== undefined) {
    if (typeof pipeline === 'string' && pipeline !== '') return pipeline;
    throw new LogError('invalidRequest', '"pipeline" is the id of a pipeline, a text. Correct it and ask again.');
  }
  const jobs = await runner.jobs({ signal });
  const found = [String(task), plan].find((id) => id !== undefined && jobs.some((job) => job.id === id));
  if (found !== undefined) return found;
  const names = plan === undefined ? `"${task}"` : `"${task}" or "${plan}"`;
  throw new LogError('notFound', `There is no pipeline ${names} here. Name the one to run as "pipeline".`);
}

function askedIn(task: string, body: Readonly<Record<string, unknown>>): Asked {
  const { async_mode: _, plan_id, session_id: session, mode, ...params } = body;
  const plan = idIn(plan_id);
  return {
    task: numberOr(task),
    ...(plan !== undefined && { plan }),
    ...(typeof session === 'string' && { session }),
    ...(typeof mode === 'string' && { mode }),
    params,
  };
}

function idIn(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '' && value.length <= 1_024) return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
