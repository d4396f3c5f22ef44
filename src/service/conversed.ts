import type { Conversation, Socket } from '../dialects/http.ts';
import { LogError, type ErrorCode } from '../model/errors.ts';
import { logInternal } from './failureAnswer.ts';
import type { Metrics } from './metrics.ts';
import type { ServiceLog } from './serviceLog.ts';

/** How a WebSocket is closed: https://www.rfc-editor.org/rfc/rfc6455#section-7.4 */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** Close codes for failures. What may pass is said as "try again later". */
const codes: Readonly<Record<ErrorCode, number>> = {
  notFound: 1008,
  invalidPointer: 1008,
  invalidRequest: 1008,
  unauthorized: 1008,
  forbidden: 1008,
  throttled: 1013,
  unavailable: 1013,
  closed: 1001,
  internal: 1011,
};

/** Lets a conversation go on to its end, and says how its socket is to be closed. Never rejects. */
export async function conversed(
  conversation: Conversation,
  socket: Socket,
  metrics: Metrics,
  log: ServiceLog,
): Promise<Closing & { readonly failure: string | undefined }> {
  metrics.openStreams++;
  try {
    await conversation(socket);
    return { code: 1000, reason: 'There is nothing more to say.', failure: undefined };
  } catch (error) {
    const { code, message } = LogError.from(error);
    if (code !== 'internal') return { code: codes[code], reason: message, failure: code };
    const id = logInternal(error, log);
    return { code: codes.internal, reason: `This service failed (id ${id}).`, failure: id };
  } finally {
    metrics.openStreams--;
  }
}
