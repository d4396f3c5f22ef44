import { checkColumns, knownLines } from '../../base/appendRange.ts';
import { errorLines } from '../../base/errorLines.ts';
import { pointerPrefix } from '../../base/hostPointer.ts';
import { sliceColumns } from '../../base/lineBatch.ts';
import { wellFormed } from '../../base/wellFormed.ts';
import { HeldLog, type HeldChunk } from '../../held/heldLog.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import { pointer } from '../../model/pointer.ts';
import type { Append, Ending, HostRef, Loss, NewExecution, StepStart } from '../../model/sink.ts';
import { isFinished } from '../../model/status.ts';
import { markLevels } from '../../text/levels.ts';
import { scheme } from './heldScope.ts';
import type { HeldExecution, HeldHost, HeldStep } from './records.ts';
import { addCounts, noStatistics } from './statistics.ts';

export function newExecution(about: NewExecution): HeldExecution {
  return {
    about,
    status: 'running',
    end: {},
    history: [...(about.copy?.history ?? [{ status: 'running', at: about.startedAt } as const])],
    steps: new Map(),
    hosts: [],
    log: new HeldLog(),
    statistics: noStatistics(),
  };
}

/** Announces a step, or says that an announced one now runs. */
export function beginStep(execution: HeldExecution, start: StepStart): HeldStep {
  const { step: id, name, order, path, status, at } = start;
  const held = execution.steps.get(id) ?? {
    step: { id, name, order, status, ...(path && { path }) },
    hosts: new Map<string, HeldHost>(),
    log: new HeldLog(),
  };
  execution.steps.set(id, held);
  if (!isFinished(held.step.status) && status === 'running') {
    held.step.status = status;
    held.step.startedAt ??= at;
  }
  for (const host of start.hosts) addHost(execution, held, host);
  return held;
}

export function addHost(
  execution: HeldExecution,
  step: HeldStep,
  host: { readonly id: string; readonly name: string; readonly address?: string },
): HeldHost {
  const known = step.hosts.get(host.id);
  if (known) return known;
  const log = execution.hosts.length + 1;
  const { id, name, address } = host;
  const held: HeldHost = {
    result: { id, name, ...(address !== undefined && { address }), status: 'pending', lines: 0, errors: 0 },
    origin: { step: step.step.id, host: id, pointerPrefix: pointerPrefix(scheme, execution.about.execution, log) },
    log: new HeldLog(),
  };
  execution.hosts.push(held);
  step.hosts.set(id, held);
  return held;
}

/** Adds what is new of a batch to every scope it belongs to; false when nothing is. */
export function addLines(execution: HeldExecution, step: HeldStep, host: HeldHost, batch: Append): boolean {
  checkColumns(batch.lines);
  const from = batch.uncounted ? 0 : knownLines(batch.firstNumber, batch.lines.count, host.log.rows);
  if (from === batch.lines.count) return false;
  if ([host.result, step.step, execution].some(({ status }) => isFinished(status))) throw ended(batch);
  const lines = ownLines(batch.lines, from);
  const firstNumber = host.log.rows + 1;
  addChunk(execution, step, host, batch, { firstNumber, count: lines.count, lines });
  addCounts(execution, host, lines, firstNumber);
  const { errors, first } = errorLines(lines, 0, lines.count);
  host.result.errors = (host.result.errors ?? 0) + errors;
  if (first !== undefined) host.result.firstError ??= pointer(`${host.origin.pointerPrefix}${firstNumber + first}`);
  return true;
}

/** As `addLines`, for lines that are not there. */
export function addLoss(execution: HeldExecution, step: HeldStep, host: HeldHost, loss: Loss): boolean {
  const { firstNumber, reason: lost } = loss;
  const count = loss.count - knownLines(firstNumber, loss.count, host.log.rows);
  if (count === 0) return false;
  if ([host.result, step.step, execution].some(({ status }) => isFinished(status))) throw ended(loss);
  addChunk(execution, step, host, loss, { firstNumber: host.log.rows + 1, count, lines: undefined, lost });
  return true;
}

/** Lines that are copied keep the pointers that they had. */
function addChunk(
  execution: HeldExecution,
  step: HeldStep,
  host: HeldHost,
  { formerly }: Append | Loss,
  what: Omit<HeldChunk, 'origin'>,
): void {
  if (formerly !== undefined && host.log.rows === 0) host.origin = { ...host.origin, pointerPrefix: formerly };
  const chunk: HeldChunk = { ...what, origin: host.origin };
  for (const log of [execution.log, step.log, host.log]) log.add(chunk);
  host.result.lines = host.log.rows;
}

/** The end of an execution, which a copy's history may tell of already. */
export function endExecution(held: HeldExecution, ending: Ending): void {
  const { status, ...end } = endOf(ending);
  Object.assign(held, { status, end });
  const last = held.history.at(-1);
  if (last?.status !== status || last.at !== ending.at) held.history.push({ status, at: ending.at });
}

/** How something ended, as its record keeps it. */
export function endOf({ status, rawStatus, message, at }: Ending) {
  return {
    status,
    ...(rawStatus !== undefined && { rawStatus }),
    ...(message !== undefined && { message }),
    endedAt: at,
  };
}

/** The writer's arrays stay the writer's. */
function ownLines(lines: LineColumns, from: number): LineColumns {
  const own = wellFormed(sliceColumns(lines, from, lines.count));
  markLevels(own);
  return own;
}

function ended({ host, step }: HostRef): LogError {
  return new LogError('invalidRequest', `Host "${host}" of step "${step}" has ended; nothing more can be appended.`);
}
