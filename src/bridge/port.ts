import { errorCodes, LogError, type ErrorCode } from '../model/errors.ts';

/** One end of a channel that copies plain data: `postMessage` of a webview, a worker, a socket. */
export interface Port {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): { dispose(): void };
}

/**
 * Names one call. A view that is loaded again counts from 1 again over the same port; its `session` tells
 * its calls from those of the view before.
 */
interface CallName {
  readonly session: string;
  readonly id: number;
}

/** What the asking end sends. A stream gives nothing until it is pulled, and one value for each pull. */
export type Request = CallName &
  (
    | { readonly frame: 'call'; readonly method: string; readonly request: unknown }
    | { readonly frame: 'pull' }
    | { readonly frame: 'cancel' }
  );

/** What the answering end sends. `end` of call 0 says that nothing of the session will be answered any more. */
export type Answer = CallName &
  (
    | { readonly frame: 'value'; readonly value: unknown }
    | { readonly frame: 'end' }
    | { readonly frame: 'error'; readonly code: ErrorCode; readonly message: string }
  );

/** The frame a message holds; undefined for everything else that travels over the port. */
export function requestOf(message: unknown): Request | undefined {
  const name = nameOf(message);
  if (!name) return undefined;
  const { frame, method, request } = message as Record<string, unknown>;
  if (frame === 'pull' || frame === 'cancel') return { ...name, frame };
  if (frame === 'call') return { ...name, frame, method: typeof method === 'string' ? method : '', request };
  return undefined;
}

/** As `requestOf`, for what the answering end sends. */
export function answerOf(message: unknown): Answer | undefined {
  const name = nameOf(message);
  if (!name) return undefined;
  const { frame, value, code, message: words } = message as Record<string, unknown>;
  if (frame === 'value') return { ...name, frame, value };
  if (frame === 'end') return { ...name, frame };
  if (frame !== 'error') return undefined;
  const known = errorCodes.find((candidate) => candidate === code) ?? 'internal';
  return { ...name, frame, code: known, message: typeof words === 'string' ? words : '' };
}

export function closedError(): LogError {
  return new LogError('closed', 'The connection between the view and the editor is closed. Open the log again.');
}

function nameOf(message: unknown): CallName | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { session, id } = message as Record<string, unknown>;
  if (typeof session !== 'string' || typeof id !== 'number') return undefined;
  return { session, id };
}
