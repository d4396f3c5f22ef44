import { format } from 'node:util';
import type { Level, Stream } from '../../model/line.ts';

const methods = {
  log: ['stdout', 'none'],
  info: ['stdout', 'none'],
  debug: ['stdout', 'debug'],
  warn: ['stderr', 'warn'],
  error: ['stderr', 'error'],
} as const satisfies Readonly<Record<string, readonly [Stream, Level]>>;

type Method = keyof typeof methods;

/** A console, as far as it is recorded. */
type Printer = Record<Method, (...said: unknown[]) => void>;

/** Hands what is written to a console to `write`, too, until the result is disposed. */
export function captureConsole(
  printer: Printer,
  write: (text: string, stream: Stream, level: Level) => unknown,
): Disposable {
  const restore = (Object.keys(methods) as Method[]).map((method) => {
    const [stream, level] = methods[method];
    const original = printer[method];
    const captured = (...said: unknown[]): void => {
      original.apply(printer, said);
      write(format(...said), stream, level);
    };
    printer[method] = captured;
    return () => {
      // Somebody else may have put theirs over ours.
      if (printer[method] === captured) printer[method] = original;
    };
  });
  return {
    [Symbol.dispose]() {
      for (const one of restore) one();
    },
  };
}
