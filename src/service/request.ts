/** What a server hands to the service: one request as it came, before anything of it is trusted. */
export interface HttpRequest {
  readonly method: string;
  /** As it stood in the request's first line. */
  readonly target: string;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** Ends, or rejects when the caller went away before its end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the caller has left, and when the service stops: its reason is a `LogError` of code `closed` then. */
  readonly signal: AbortSignal;
}
