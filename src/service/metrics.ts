/** Upper bounds of the histogram of durations, in seconds. */
const bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] as const;

interface Durations {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** What the process itself can tell, read when it is asked. */
export interface ProcessFigures {
  /** Seconds since the epoch. */
  readonly startedAt: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  /** The longest that the event loop was held since the last time, in seconds. */
  readonly eventLoopLag: number;
}

/** Counts what the service does; in the text format of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats */
export class Metrics {
  openStreams = 0;
  linesSent = 0;
  linesAppended = 0;
  readonly #requests = new Map<string, Map<number, number>>();
  readonly #durations = new Map<string, Durations>();

  /** `route` is a route's method and path with its names; `seconds` until the answer began. */
  answered(route: string, status: number, seconds: number): void {
    let byStatus = this.#requests.get(route);
    if (!byStatus) this.#requests.set(route, (byStatus = new Map<number, number>()));
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    let durations = this.#durations.get(route);
    if (!durations) this.#durations.set(route, (durations = { buckets: bounds.map(() => 0), sum: 0, count: 0 }));
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) durations.buckets[bucket] = (durations.buckets[bucket] ?? 0) + 1;
    durations.sum += seconds;
    durations.count++;
  }

  text(version: string, figures: ProcessFigures): string {
    return [
      ...single('execlogs_info', 'gauge', 'Which version this is', 1, `version="${escaped(version)}"`),
      ...this.#requestLines(),
      ...this.#durationLines(),
      ...single('execlogs_open_streams', 'gauge', 'Event streams that are open', this.openStreams),
      ...single('execlogs_lines_sent_total', 'counter', 'Lines of logs read for callers', this.linesSent),
      ...single('execlogs_lines_appended_total', 'counter', 'Lines of logs recorded', this.linesAppended),
      ...single('process_start_time_seconds', 'gauge', 'When the process began', figures.startedAt),
      ...single('process_resident_memory_bytes', 'gauge', 'Resident memory', figures.residentBytes),
      ...single('process_cpu_seconds_total', 'counter', 'User and system time', figures.cpuSeconds),
      ...single('nodejs_heap_used_bytes', 'gauge', 'Heap in use', figures.heapBytes),
      ...single('nodejs_eventloop_lag_max_seconds', 'gauge', 'Longest hold since last asked', figures.eventLoopLag),
      '',
    ].join('\n');
  }

  *#requestLines(): Generator<string> {
    yield* head('execlogs_http_requests_total', 'counter', 'Requests answered, by route and status');
    for (const [route, byStatus] of this.#requests)
      for (const [status, count] of byStatus)
        yield `execlogs_http_requests_total{route="${escaped(route)}",status="${status}"} ${count}`;
  }

  *#durationLines(): Generator<string> {
    const name = 'execlogs_http_request_duration_seconds';
    yield* head(name, 'histogram', 'Time until an answer began, by route');
    for (const [route, { buckets, sum, count }] of this.#durations) {
      const label = `route="${escaped(route)}"`;
      let below = 0;
      for (const [i, bound] of bounds.entries())
        yield `${name}_bucket{${label},le="${bound}"} ${(below += buckets[i] ?? 0)}`;
      yield `${name}_bucket{${label},le="+Inf"} ${count}`;
      yield `${name}_sum{${label}} ${sum}`;
      yield `${name}_count{${label}} ${count}`;
    }
  }
}

function* head(name: string, type: string, help: string): Generator<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} ${type}`;
}

function* single(name: string, type: string, help: string, value: number, labels?: string): Generator<string> {
  yield* head(name, type, help);
  yield `${name}${labels === undefined ? '' : `{${labels}}`} ${value}`;
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
