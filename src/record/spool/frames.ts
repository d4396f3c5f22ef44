import { crc32 } from 'node:zlib';
import type { LineColumns } from '../../model/line.ts';
import type { SpooledCall } from './calls.ts';

/**
 * A call as bytes: length and checksum of what follows, the length of its JSON, the JSON, and for lines their columns.
 * Numbers are little-endian, as every machine that runs Node is.
 */
export const frameHead = 8;
/** Nothing that was written is longer; a longer length is damage. In bytes. */
export const longestFrame = 1 << 30;

const encoder = new TextEncoder();
/** How every call's JSON begins, and how far behind the beginning of its frame. */
export const frameMark = { bytes: encoder.encode('{"call":"'), at: frameHead + 4 } as const;

export function encodeFrame(call: SpooledCall): Uint8Array {
  const { lines, rest } = call.call === 'append' ? withoutLines(call) : { lines: undefined, rest: call };
  const json = encoder.encode(JSON.stringify(rest));
  const columns = lines ? columnBytes(lines) : [];
  const size = columns.reduce((sum, { length }) => sum + length, frameHead + 4 + json.length);
  const frame = new Uint8Array(size);
  const view = new DataView(frame.buffer);
  view.setUint32(0, size - frameHead, true);
  view.setUint32(frameHead, json.length, true);
  frame.set(json, frameHead + 4);
  let at = frameHead + 4 + json.length;
  for (const column of columns) {
    frame.set(column, at);
    at += column.length;
  }
  view.setUint32(4, crc32(frame.subarray(frameHead)), true);
  return frame;
}

/** Length of a frame's body and its checksum, from its first bytes. */
export function readFrameHead(bytes: Uint8Array): { length: number; checksum: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, frameHead);
  return { length: view.getUint32(0, true), checksum: view.getUint32(4, true) };
}

/** The call in a frame's body; undefined when the checksum says that it is not what was written. */
export function decodeFrame(body: Uint8Array, checksum: number): SpooledCall | undefined {
  if (body.length < 4 || crc32(body) !== checksum) return undefined;
  const jsonLength = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true);
  const json = new TextDecoder().decode(body.subarray(4, 4 + jsonLength));
  const call = JSON.parse(json) as SpooledCall;
  if (call.call !== 'append') return call;
  const lines = columnsIn(call.argument.lines, body, 4 + jsonLength);
  return { call: 'append', argument: { ...call.argument, lines } };
}

/** Of the lines only what JSON carries best stays: how many there are, and their fields. */
function withoutLines({ call, argument }: Extract<SpooledCall, { call: 'append' }>) {
  const { lines, ...where } = argument;
  const { count, fields } = lines;
  return { lines, rest: { call, argument: { ...where, lines: { count, fields } } } };
}

function columnBytes({ count, text, offsets, times, streams, levels, flags }: LineColumns): Uint8Array[] {
  const start = offsets[0] ?? 0;
  const own = start === 0 ? offsets : offsets.map((offset) => offset - start);
  const end = offsets[count] ?? start;
  return [bytesOf(own), bytesOf(times), streams, levels, flags, text.subarray(start, end)];
}

function bytesOf(column: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function columnsIn(
  { count, fields }: Pick<LineColumns, 'count' | 'fields'>,
  body: Uint8Array,
  from: number,
): LineColumns {
  let at = from;
  const take = (size: number): Uint8Array<ArrayBuffer> => {
    const bytes = Uint8Array.from(body.subarray(at, at + size));
    at += size;
    return bytes;
  };
  const offsets = new Uint32Array(take((count + 1) * 4).buffer);
  const times = new Float64Array(take(count * 8).buffer);
  const [streams, levels, flags] = [take(count), take(count), take(count)];
  const text = take(offsets[count] ?? 0);
  // JSON has no undefined within a list.
  const some = fields?.map((one) => one ?? undefined);
  return { count, text, offsets, times, streams, levels, flags, ...(some && { fields: some }) };
}
