import {
  copyStyles,
  pageBounds,
  type ExportRequest,
  type Link,
  type LogAddress,
  type ViewSettings,
} from '../../bridge/logHost.ts';
import type { ExecutionRef } from '../../model/execution.ts';
import { levels, streams } from '../../model/line.ts';
import { pointer, type Pointer } from '../../model/pointer.ts';
import type { LogQuery, LogScope, StepQuery, WatchQuery } from '../../model/query.ts';
import { statuses } from '../../model/status.ts';
import { finite, flag, list, object, oneOf, optional, orElse, tagged, text, whole, type Shape } from './shapes.ts';

/** The requests a log view may send; whatever else it sends is refused before anything is done with it. */

const id = text(1_024);
const mark: Shape<Pointer> = (value, place) => pointer(text(2_048)(value, place));
const scope = { execution: id, step: optional(id), host: optional(id) };
const nothing = object({});

const position = tagged('at', {
  start: nothing,
  end: nothing,
  before: object({ pointer: mark }),
  after: object({ pointer: mark }),
  around: object({ pointer: mark }),
  time: object({ time: finite }),
  line: object({ line: whole(1) }),
});

const pattern = object({
  pattern: text(10_000),
  regex: optional(flag),
  matchCase: optional(flag),
  wholeWord: optional(flag),
});

const filter = object({
  text: optional(pattern),
  exclude: optional(pattern),
  levels: optional(list(oneOf(levels), levels.length)),
  streams: optional(list(oneOf(streams), streams.length)),
  since: optional(finite),
  until: optional(finite),
});

/** At most what may be held in memory for one answer. */
const limit = object({
  lines: optional(whole(1, pageBounds.lines)),
  bytes: optional(whole(1, pageBounds.bytes)),
});

export const executionRef: Shape<ExecutionRef> = object({ execution: id });
export const logScope: Shape<LogScope> = object(scope);
export const logAddress: Shape<LogAddress> = object({ connection: text(256), scope: logScope });
export const watchQuery: Shape<WatchQuery> = object({ execution: optional(id), step: optional(id) });

export const stepQuery: Shape<StepQuery> = object({
  execution: id,
  step: id,
  statuses: optional(list(oneOf(statuses), statuses.length)),
  text: optional(text()),
  sort: optional(oneOf(['result', 'name', 'duration', 'exitCode'])),
  cursor: optional(text()),
  limit: optional(whole(1, 5_000)),
});

export const logQuery: Shape<LogQuery> = object({
  ...scope,
  position,
  limit: optional(limit),
  filter: optional(filter),
  withoutText: optional(flag),
});

const timestamps = oneOf(['off', 'time', 'full', 'relative', 'delta']);
const timeZone = oneOf(['local', 'utc']);
const collapseWhenFinished = oneOf(['jobs', 'never', 'always']);

export const viewSettings: Shape<ViewSettings> = object({ timestamps, timeZone, wrap: flag, collapseWhenFinished });

/** The same as the user's settings have it, in which anything may be written. */
export const configuredView: Shape<ViewSettings> = object({
  timestamps: orElse(timestamps, 'off'),
  timeZone: orElse(timeZone, 'local'),
  wrap: orElse(flag, false),
  collapseWhenFinished: orElse(collapseWhenFinished, 'jobs'),
});

export const link: Shape<Link> = tagged('kind', {
  url: object({ url: text(8_192) }),
  file: object({ path: text(), line: optional(whole(1)), column: optional(whole(1)) }),
});

export const copyRequest = object({ text: text(64 * 1_048_576) });

export const copyLinesRequest = object({
  scope: logScope,
  from: whole(1),
  to: whole(1),
  style: oneOf(copyStyles),
});

export const copyLogRequest = object({ scope: logScope, style: oneOf(copyStyles) });

export const exportRequest: Shape<ExportRequest> = object({
  scope: logScope,
  format: optional(oneOf(['text', 'jsonLines'])),
});
export const scopeRequest = object({ scope: logScope });
export const showingRequest = object({ address: logAddress });

/** What a view left behind for after a reload: the log it showed. Everything else in it is the view's own. */
export const savedState = object({ address: logAddress });
