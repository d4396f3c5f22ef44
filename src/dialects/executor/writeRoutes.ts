import { LogError } from '../../model/errors.ts';
import type { HostRef, LogSink, StepRef } from '../../model/sink.ts';
import { json, type HttpAnswer, type HttpCall, type Route, type Served } from '../http.ts';
import { statuses } from '../../model/status.ts';
import { appendBody } from './appendLines.ts';
import { pathParam, readJson } from './call.ts';
import { textParam, wordParam } from './params.ts';
import { checkNamed, readBeginning, readEnding, readExecutionEnd, readNewExecution, readStepStart } from './writes.ts';

/** A step may name very many hosts. */
const largestBody = 16 * 1_048_576;

const records = '/api/executor/execution-records';
const record = `${records}/:id`;
const host = `${record}/steps/:step_id/hosts/:host_id`;

const done: HttpAnswer = { status: 204 };

/** Recording from another machine. Every one of these may be said again without changing anything. */
export const writeRoutes: readonly Route[] = [
  write(`${records}/`, async (call, served) => {
    const about = readNewExecution(await readJson(call, largestBody), Date.now());
    await (await sinkFor(served, about.execution)).createExecution(about);
    return json({ execution: about.execution }, 201);
  }),
  write(`${record}/steps/`, async (call, served) => {
    const execution = pathParam(call, 'id');
    const body = await readJson(call, largestBody);
    checkNamed(body, { execution });
    await (await sinkFor(served, execution)).startStep(readStepStart(execution, body, Date.now()));
    return done;
  }),
  write(`${host}/start/`, async (call, served) => {
    const ref = hostRef(call);
    const body = await optionalJson(call);
    if (body !== undefined) checkNamed(body, ref);
    await (await sinkFor(served, ref.execution)).startHost({ ...ref, at: readBeginning(body, Date.now()) });
    return done;
  }),
  write(`${host}/lines/`, async (call, served) => {
    const ref = hostRef(call);
    return json({ lines: await appendBody(call, ref, served.source, await sinkFor(served, ref.execution)) });
  }),
  write(`${host}/finish/`, async (call, served) => {
    const ref = hostRef(call);
    const body = await readJson(call, largestBody);
    checkNamed(body, ref);
    await (await sinkFor(served, ref.execution)).finishHost({ ...ref, ...readEnding(body, Date.now()) });
    return done;
  }),
  write(`${record}/steps/:step_id/finish/`, async (call, served) => {
    const ref = stepRef(call);
    const body = await readJson(call, largestBody);
    checkNamed(body, ref);
    await (await sinkFor(served, ref.execution)).finishStep({ ...ref, ...readEnding(body, Date.now()) });
    return done;
  }),
  write(`${record}/finish/`, async (call, served) => {
    const execution = pathParam(call, 'id');
    const body = await readJson(call, largestBody);
    checkNamed(body, { execution });
    await (await sinkFor(served, execution)).finishExecution(readExecutionEnd(execution, body, Date.now()));
    return done;
  }),
  // A writer counts as being there for as long as its sink is asked for.
  write(`${record}/alive/`, async (call, served) => {
    const execution = pathParam(call, 'id');
    await served.source.getExecution({ execution }, { signal: call.signal });
    await sinkFor(served, execution);
    return done;
  }),
  {
    method: 'DELETE',
    path: `${record}/`,
    needs: 'delete',
    async answer(call, { admin }) {
      if (!admin) throw new LogError('invalidRequest', 'Nothing can be deleted here.');
      const { signal, query } = call;
      const status = wordParam(query, 'if_state', statuses);
      const lines = Number(textParam(query, 'if_lines') ?? 0);
      const unchanged = status && { unchanged: { status, lines } };
      await admin.deleteExecution({ execution: pathParam(call, 'id'), ...unchanged }, { signal });
      return done;
    },
  },
];

function write(path: string, answer: (call: HttpCall, served: Served) => Promise<HttpAnswer>): Route {
  return { method: 'POST', path, needs: 'write', answer };
}

async function sinkFor(served: Served, execution: string): Promise<LogSink> {
  if (!served.sinkFor) throw new LogError('invalidRequest', 'Nothing can be recorded here: this service only reads.');
  return served.sinkFor(execution);
}

async function optionalJson(call: HttpCall): Promise<unknown> {
  if (call.header('content-type') === undefined) return undefined;
  return readJson(call, largestBody);
}

function stepRef(call: HttpCall): StepRef {
  return { execution: pathParam(call, 'id'), step: pathParam(call, 'step_id') };
}

function hostRef(call: HttpCall): HostRef {
  return { ...stepRef(call), host: pathParam(call, 'host_id') };
}
