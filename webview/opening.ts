import { linePointer } from '../src/base/lineBatch.ts';
import type { LogHost, Reveal } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import type { HostResult } from '../src/model/execution.ts';
import type { LogPage } from '../src/model/page.ts';
import type { Pointer } from '../src/model/pointer.ts';
import type { LogQuery, LogScope } from '../src/model/query.ts';
import type { CallOptions } from '../src/model/source.ts';
import { isFailure, isFinished, type Status } from '../src/model/status.ts';

type Reader = Pick<LogHost, 'readLog' | 'getStepResult' | 'getExecution'>;

/** Where a log opens: the pages to begin with, and the line to have in view. */
export interface Opening {
  /** The newest lines: they tell how many there are and where a tail begins. */
  readonly end: LogPage;
  /** The page with the line to show, when that is another one. */
  readonly page: LogPage | undefined;
  readonly place:
    | { readonly at: 'start' | 'end' }
    /** `index` of the line within `page`. */
    | { readonly at: 'index'; readonly index: number; readonly why: 'error' | 'place' }
    | { readonly at: 'line'; readonly line: number };
}

const firstPage = { lines: 200, bytes: 262_144 };
/** Reads spent on looking for a first error that nobody has noted. */
const mostScans = 8;

export async function openLog(reader: Reader, scope: LogScope, reveal: Reveal, options: CallOptions): Promise<Opening> {
  const read = (query: Omit<LogQuery, keyof LogScope>): Promise<LogPage> =>
    reader.readLog({ ...scope, limit: firstPage, ...query }, options);
  const ending = read({ position: { at: 'end' } });
  const state = reveal.at === 'auto' || reveal.at === 'firstError' ? stateOf(reader, scope, options) : undefined;
  const [end, known] = await Promise.all([ending, state]);
  const wanted = known ? resolve(reveal, known) : reveal;
  switch (wanted.at) {
    case 'end':
      return { end, page: undefined, place: { at: 'end' } };
    case 'line':
      return { end, page: undefined, place: { at: 'line', line: wanted.line } };
    case 'pointer':
      return aroundPointer(end, wanted.pointer, 'place', read);
    case 'firstError': {
      const pointer = known?.firstError ?? (await scanForError(read));
      return pointer === undefined
        ? { end, page: undefined, place: { at: 'end' } }
        : aroundPointer(end, pointer, 'error', read);
    }
    default:
      return { end, page: await read({ position: { at: 'start' } }), place: { at: 'start' } };
  }
}

interface State {
  readonly status: Status;
  readonly firstError: Pointer | undefined;
}

function resolve(reveal: Reveal, { status }: State): Reveal {
  if (reveal.at !== 'auto') return reveal;
  if (!isFinished(status)) return { at: 'end' };
  return isFailure(status) ? { at: 'firstError' } : { at: 'start' };
}

async function stateOf(reader: Reader, scope: LogScope, options: CallOptions): Promise<State> {
  const { execution, step, host } = scope;
  if (step !== undefined && host !== undefined) {
    const found = await findHost(reader, { execution, step, host }, options);
    return { status: found?.status ?? 'unknown', firstError: found?.firstError };
  }
  const whole = await reader.getExecution({ execution }, options);
  const part = step === undefined ? whole : whole.steps.find(({ id }) => id === step);
  return { status: part?.status ?? 'unknown', firstError: undefined };
}

/** One host of a step, also where there are thousands. */
export async function findHost(
  reader: Pick<LogHost, 'getStepResult'>,
  { execution, step, host }: Required<LogScope>,
  options: CallOptions,
): Promise<HostResult | undefined> {
  let cursor: string | undefined;
  do {
    const page = await reader.getStepResult({ execution, step, text: host, ...(cursor && { cursor }) }, options);
    const found = page.hosts.find(({ id }) => id === host);
    if (found) return found;
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}

async function scanForError(
  read: (query: Omit<LogQuery, keyof LogScope>) => Promise<LogPage>,
): Promise<Pointer | undefined> {
  let position: LogQuery['position'] = { at: 'start' };
  for (let scan = 0; scan < mostScans; scan++) {
    const filter = { levels: ['error', 'fatal'] as const };
    const page: LogPage = await read({ position, filter, limit: { lines: 1 }, withoutText: true });
    if (page.lines.count > 0) return linePointer(page.lines, 0);
    if (page.complete || page.scanned?.lines === 0) return undefined;
    position = { at: 'after', pointer: page.newer };
  }
  return undefined;
}

async function aroundPointer(
  end: LogPage,
  pointer: Pointer,
  why: 'error' | 'place',
  read: (query: Omit<LogQuery, keyof LogScope>) => Promise<LogPage>,
): Promise<Opening> {
  try {
    const page = await read({ position: { at: 'around', pointer } });
    for (let index = 0; index < page.lines.count; index++)
      if (linePointer(page.lines, index) === pointer) return { end, page, place: { at: 'index', index, why } };
    return { end, page, place: { at: 'index', index: 0, why: 'place' } };
  } catch (error) {
    // A place that is no longer there is no reason not to show the log.
    if (error instanceof LogError && error.code === 'invalidPointer')
      return { end, page: undefined, place: { at: 'end' } };
    throw error;
  }
}
