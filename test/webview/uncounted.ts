import { linePointer } from '../../src/base/lineBatch.ts';
import type { LineBatch } from '../../src/model/line.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { LogQuery } from '../../src/model/query.ts';
import type { CallOptions, LogSource } from '../../src/model/source.ts';
import { relative } from './mount.ts';

/** The same log as a source gives it that does not count lines: each has a pointer of its own and no number. */
export function uncounted(source: LogSource): LogSource {
  const readLog = async (query: LogQuery, options?: CallOptions): Promise<LogPage> =>
    withoutNumbers(await source.readLog(query, options));
  async function* tailLog(query: LogQuery, options?: CallOptions): AsyncGenerator<LogPage> {
    for await (const page of source.tailLog(query, options)) yield withoutNumbers(page);
  }
  return new Proxy(relative(source), {
    get: (target, name): unknown => {
      if (name === 'readLog') return readLog;
      return name === 'tailLog' ? tailLog : Reflect.get(target, name);
    },
  });
}

function withoutNumbers({ firstLine: _, total: __, scanned, ...page }: LogPage): LogPage {
  return { ...page, lines: listed(page.lines), ...(scanned && { scanned: { lines: scanned.lines } }) };
}

function listed(lines: LineBatch): LineBatch {
  const pointers = Array.from({ length: lines.count }, (_, index) => linePointer(lines, index));
  return { ...lines, pointers, numbers: new Float64Array(lines.count) };
}
