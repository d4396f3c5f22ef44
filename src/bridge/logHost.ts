import type { Execution, ExecutionRef } from '../model/execution.ts';
import type { LogPage, StepResult } from '../model/page.ts';
import type { Pointer } from '../model/pointer.ts';
import type { LogQuery, LogScope, StepQuery, WatchQuery } from '../model/query.ts';
import type { Capabilities, CallOptions, Change } from '../model/source.ts';

/** The log shown: always one host's log or a wider scope of one execution. */
export interface LogAddress {
  /** Name of the connection. */
  readonly connection: string;
  readonly scope: LogScope;
}

/** Where the view opens. `auto`: at the first error of a failed log, at the end of a running one, else at the start. */
export type Reveal =
  | { readonly at: 'auto' }
  | { readonly at: 'start' }
  | { readonly at: 'end' }
  | { readonly at: 'firstError' }
  | { readonly at: 'pointer'; readonly pointer: Pointer }
  | { readonly at: 'line'; readonly line: number };

export type TimestampStyle = 'off' | 'time' | 'full' | 'relative' | 'delta';

/** How the user likes logs; the view changes them with `changeSettings`. */
export interface ViewSettings {
  readonly timestamps: TimestampStyle;
  readonly timeZone: 'local' | 'utc';
  readonly wrap: boolean;
  /** Which logs give way to their summary when the run that is followed ends. */
  readonly collapseWhenFinished: 'jobs' | 'never' | 'always';
}

export interface ViewStart {
  readonly address: LogAddress;
  readonly reveal: Reveal;
  readonly capabilities: Capabilities;
  readonly settings: ViewSettings;
  /** Translations by English text, for any language but English. */
  readonly translations?: Readonly<Record<string, string>>;
  /** BCP 47 tag of the editor's language, for numbers and times. */
  readonly language: string;
}

/** What the editor asks of the view. */
export type ViewCommand =
  | { readonly command: 'show'; readonly address: LogAddress; readonly reveal: Reveal }
  | { readonly command: 'settings'; readonly settings: ViewSettings }
  | { readonly command: 'find' | 'nextError' | 'previousError' | 'follow' | 'selectAll' | 'copy' };

export interface ExportRequest {
  readonly scope: LogScope;
  /** The user is asked when it is absent. */
  readonly format?: 'text' | 'jsonLines';
}

/** How lines are put into the clipboard. */
export const copyStyles = ['plain', 'withTime', 'markdown', 'json'] as const;
export type CopyStyle = (typeof copyStyles)[number];

/** A place a log line names; resolved against the workspace by the host, never by the view. */
export type Link =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string; readonly line?: number; readonly column?: number };

/** The most that one `readLog` or `tailLog` of the view may ask for. */
export const pageBounds = { lines: 200_000, bytes: 16_777_216 } as const;

/** Everything the log view may ask of the editor. Every request is validated where it is answered. */
export interface LogHost {
  /** Asked once, first. */
  start(request: Record<string, never>, options?: CallOptions): Promise<ViewStart>;
  commands(request: Record<string, never>, options?: CallOptions): AsyncIterable<ViewCommand>;

  getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution>;
  getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult>;
  readLog(query: LogQuery, options?: CallOptions): Promise<LogPage>;
  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage>;
  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change>;

  /** The view now shows another log (host or step switched there). */
  showing(request: { readonly address: LogAddress }, options?: CallOptions): Promise<void>;
  changeSettings(settings: ViewSettings, options?: CallOptions): Promise<void>;
  openLink(link: Link, options?: CallOptions): Promise<void>;
  copy(request: { readonly text: string }, options?: CallOptions): Promise<void>;
  /** Copies lines `from` to `to` (line numbers of one host's log, inclusive) that the view may not hold; resolves with how many. */
  copyLines(
    request: {
      readonly scope: LogScope;
      readonly from: number;
      readonly to: number;
      readonly style: CopyStyle;
    },
    options?: CallOptions,
  ): Promise<{ readonly lines: number }>;
  /** Copies a whole log, as far as it has been written. */
  copyLog(
    request: { readonly scope: LogScope; readonly style: CopyStyle },
    options?: CallOptions,
  ): Promise<{ readonly lines: number }>;
  /** Asks for a file and streams the log into it; resolves with what was written, or undefined when the user cancelled. */
  exportLog(request: ExportRequest, options?: CallOptions): Promise<{ readonly lines: number } | undefined>;
  openInEditor(request: { readonly scope: LogScope }, options?: CallOptions): Promise<void>;
}
