import type { LogSink } from '../../model/sink.ts';

/** What a recorder can say to a sink. */
type Name = Exclude<keyof LogSink, symbol | 'lose'>;

/** One call to a sink, to be carried out later: its name and its argument. */
export type SpooledCall = {
  [K in Name]: { readonly call: K; readonly argument: Parameters<Required<LogSink>[K]>[0] };
}[Name];

export function carryOut(sink: LogSink, spooled: SpooledCall): Promise<void> {
  switch (spooled.call) {
    case 'createExecution':
      return sink.createExecution(spooled.argument);
    case 'startStep':
      return sink.startStep(spooled.argument);
    case 'startHost':
      return sink.startHost(spooled.argument);
    case 'append':
      return sink.append(spooled.argument);
    case 'metric':
      return sink.metric?.(spooled.argument) ?? Promise.resolve();
    case 'finishHost':
      return sink.finishHost(spooled.argument);
    case 'finishStep':
      return sink.finishStep(spooled.argument);
    case 'finishExecution':
      return sink.finishExecution(spooled.argument);
  }
}
