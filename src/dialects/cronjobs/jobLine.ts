import { isoTime } from '../../base/isoTime.ts';
import type { LogLine } from '../../model/line.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import { stripAnsi } from '../../text/ansi.ts';
import { levelWord, type LevelWord } from './words.ts';

/** A line as document 001 tells it. */
export interface JobLine {
  /** The line's pointer: opaque, and the same for ever. */
  readonly id: string;
  readonly job_run_id: string;
  readonly timestamp: string;
  readonly level: LevelWord;
  /** Without colours. */
  readonly message: string;
  readonly details: Readonly<Record<string, string>> | null;
  readonly step: string;
  readonly paper_id: string | null;
  readonly error_code: string | null;
  readonly duration_ms: number | null;
  readonly logger_name: string;
  readonly host: string;
}

type Run = Pick<ExecutionSummary, 'id' | 'startedAt' | 'createdAt'>;

/** A line without a time is said to be as old as its run: the document knows no line without. */
export function toJobLine(line: LogLine, run: Run): JobLine {
  const { fields } = line;
  const duration = Number(fields?.['duration_ms'] ?? Number.NaN);
  return {
    id: line.pointer,
    job_run_id: run.id,
    timestamp: isoTime(line.time ?? run.startedAt ?? run.createdAt) ?? new Date(0).toISOString(),
    level: levelWord(line.level),
    message: stripAnsi(line.text),
    details: fields ?? null,
    step: line.step,
    paper_id: fields?.['paper_id'] ?? null,
    error_code: fields?.['error_code'] ?? null,
    duration_ms: Number.isFinite(duration) ? duration : null,
    logger_name: fields?.['logger_name'] ?? line.stream,
    host: line.host,
  };
}
