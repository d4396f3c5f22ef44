import type { LineBatch, LineColumns, LineOrigin } from '../../model/line.ts';
import { levels, streams } from '../../model/line.ts';
import type { Gap, GapPart, LogPage, Scanned, TailState } from '../../model/page.ts';
import { pointer } from '../../model/pointer.ts';
import { Received, type Fault } from './received.ts';

/** More lines than this never come at once: a few bytes must not make a reader take a lot of memory. */
const mostLines = 200_000;
const mostOrigins = 65_536;

const encoder = new TextEncoder();
const lineFeed = 10;

/** Reads a `WirePage`. Throws `fault` when anything of it is damaged. */
export function fromWirePage(value: unknown, fault: Fault): LogPage {
  const page = new Received(value, 'The page', fault);
  const older = page.optionalText('older');
  const firstLine = page.optionalCount('firstLine');
  const total = page.optionalCount('total');
  const scanned = page.optionalObject('scanned');
  const gap = page.optionalObject('gap');
  const state = page.optionalObject('state');
  return {
    lines: batchIn(page.object('lines'), fault),
    ...(older !== undefined && { older: pointer(older) }),
    newer: pointer(page.text('newer')),
    complete: page.boolean('complete'),
    ...(firstLine !== undefined && { firstLine }),
    ...(total !== undefined && { total }),
    ...(scanned && { scanned: scannedIn(scanned) }),
    ...(gap && { gap: gapIn(gap) }),
    ...(state && { state: stateIn(state) }),
  };
}

/** Reads `WireLines`. Throws `fault` when anything of them is damaged. */
export function fromWireLines(value: unknown, fault: Fault): LineColumns {
  return linesIn(new Received(value, 'The list of lines', fault), fault);
}

function batchIn(lines: Received, fault: Fault): LineBatch {
  const columns = linesIn(lines, fault);
  const { count } = columns;
  const origins = lines.objects('origins').map(originIn);
  if (origins.length > mostOrigins || (count > 0 && origins.length === 0)) throw lines.wrong('has no usable origins');
  const pointers = lines.value('pointers') === undefined ? undefined : lines.texts('pointers');
  if (pointers && pointers.length !== count) throw lines.wrong('has not one pointer for each line');
  return {
    ...columns,
    numbers: numbersIn(lines, count),
    origins,
    originOf: filled(lines, 'originOf', new Uint16Array(count), Math.max(0, origins.length - 1)),
    ...(pointers && { pointers }),
  };
}

function linesIn(lines: Received, fault: Fault): LineColumns {
  const count = lines.count('count');
  if (count > mostLines) throw lines.wrong(`has more than ${mostLines} lines. Send fewer at once`);
  const fields = fieldsIn(lines, count, fault);
  return {
    count,
    ...textIn(lines, count),
    times: timesIn(lines, count),
    streams: filled(lines, 'streams', new Uint8Array(count), streams.length - 1),
    levels: filled(lines, 'levels', new Uint8Array(count), levels.length - 1),
    flags: filled(lines, 'flags', new Uint8Array(count), 255),
    ...(fields && { fields }),
  };
}

function textIn(lines: Received, count: number): Pick<LineColumns, 'text' | 'offsets'> {
  const text = lines.text('text');
  const ends = lines.optionalList('ends');
  if (ends) return textUpTo(lines, text, ends, count);
  const offsets = new Uint32Array(count + 1);
  if (text === '') return { text: new Uint8Array(0), offsets };
  const bytes = encoder.encode(text);
  let at = 0;
  let line = 0;
  for (let from = 0; from <= bytes.length; line++) {
    const found = bytes.indexOf(lineFeed, from);
    const to = found < 0 ? bytes.length : found;
    if (line < count) bytes.copyWithin(at, from, to);
    at += to - from;
    offsets[line + 1] = at;
    from = to + 1;
  }
  if (line !== count) throw lines.wrong(`says it has ${count} lines, but its text has ${line}`);
  return { text: bytes.slice(0, at), offsets };
}

/** Texts that hold line feeds themselves are told apart by where they end. */
function textUpTo(
  lines: Received,
  text: string,
  ends: readonly unknown[],
  count: number,
): Pick<LineColumns, 'text' | 'offsets'> {
  const parts: string[] = [];
  let from = 0;
  for (const end of ends) {
    if (!isCount(end) || end < from || end > text.length) throw lines.wrong('has lines that end where they cannot');
    parts.push(text.slice(from, end));
    from = end + 1;
  }
  if (parts.length !== count || from !== text.length + 1) throw lines.wrong('has not one end for each line');
  const encoded = parts.map((part) => encoder.encode(part));
  const offsets = new Uint32Array(count + 1);
  for (const [i, { length }] of encoded.entries()) offsets[i + 1] = (offsets[i] ?? 0) + length;
  const bytes = new Uint8Array(offsets[count] ?? 0);
  for (const [i, part] of encoded.entries()) bytes.set(part, offsets[i]);
  return { text: bytes, offsets };
}

function timesIn(lines: Received, count: number): Float64Array {
  const value = lines.value('times') ?? Number.NaN;
  const from = lines.optionalNumber('timesFrom') ?? 0;
  const times = new Float64Array(count);
  if (typeof value === 'number') return times.fill(from + value);
  if (!Array.isArray(value) || value.length !== count) throw lines.wrong('has not one time for each line');
  for (const [i, time] of (value as unknown[]).entries()) {
    if (time !== null && typeof time !== 'number') throw lines.wrong('has times that are no numbers');
    times[i] = from + (time ?? Number.NaN);
  }
  return times;
}

function numbersIn(lines: Received, count: number): Float64Array {
  const value = lines.value('numbers');
  const numbers = new Float64Array(count);
  if (isCount(value)) return numbers.map((_, i) => value + i);
  if (!Array.isArray(value) || value.length !== count) throw lines.wrong('has not one number for each line');
  for (const [i, number] of (value as unknown[]).entries()) {
    if (!isCount(number)) throw lines.wrong('has line numbers that are none');
    numbers[i] = number;
  }
  return numbers;
}

/** A column of whole numbers up to `most`: one value for all the lines, or one for each. */
function filled<T extends Uint8Array | Uint16Array>(lines: Received, key: string, column: T, most: number): T {
  const value = lines.value(key);
  if (isCount(value) && value <= most) {
    column.fill(value);
    return column;
  }
  if (!Array.isArray(value) || value.length !== column.length) throw lines.wrong(`has no fitting "${key}"`);
  for (const [i, one] of (value as unknown[]).entries()) {
    if (!isCount(one) || one > most) throw lines.wrong(`has "${key}" that there are not`);
    column[i] = one;
  }
  return column;
}

function fieldsIn(lines: Received, count: number, fault: Fault): LineColumns['fields'] {
  const list = lines.optionalList('fields');
  if (!list) return undefined;
  if (list.length !== count) throw lines.wrong('has not one set of fields for each line');
  return list.map((fields) =>
    fields === null || fields === undefined ? undefined : new Received(fields, "A line's fields", fault).allTexts(),
  );
}

function originIn(origin: Received): LineOrigin {
  return { step: origin.text('step'), host: origin.text('host'), pointerPrefix: origin.text('pointerPrefix') };
}

function scannedIn(scanned: Received): Scanned {
  const total = scanned.optionalCount('total');
  return { lines: scanned.count('lines'), ...(total !== undefined && { total }) };
}

function gapIn(gap: Received): Gap {
  const count = gap.optionalCount('count');
  const from = gap.optionalCount('from');
  const to = gap.optionalCount('to');
  const parts = gap.optionalList('parts') && gap.objects('parts').map(gapPartIn);
  return {
    reason: gap.word('reason', ['trimmed', 'expired', 'dropped']),
    ...(count !== undefined && { count }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(parts && { parts }),
  };
}

function gapPartIn(part: Received): GapPart {
  return { origin: originIn(part.object('origin')), from: part.count('from'), to: part.count('to') };
}

function stateIn(state: Received): TailState {
  const kind = state.word('kind', ['live', 'catchingUp', 'polling', 'reconnecting']);
  const why = state.optionalText('why');
  switch (kind) {
    case 'live':
    case 'catchingUp':
      return { kind };
    case 'polling':
      return { kind, seconds: state.number('seconds'), ...(why !== undefined && { why }) };
    case 'reconnecting':
      return { kind, at: state.number('at'), why: why ?? '' };
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
