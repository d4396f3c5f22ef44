import type { Execution, HostResult, Step } from '../../model/execution.ts';
import type { LineBatch } from '../../model/line.ts';
import { streams } from '../../model/line.ts';
import type { LogPage } from '../../model/page.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import { isFailure, isFinished } from '../../model/status.ts';
import { countsOfHosts } from './hostCounts.ts';
import { HostNames } from './hostNames.ts';
import { isoTime, timedLine } from './logText.ts';
import { statusWord } from './words.ts';

const stderr = streams.indexOf('stderr');

interface HostLog {
  readonly host_id: string;
  readonly host_name: string;
  readonly host_ip: string;
  readonly status: string;
  logs: string;
  error_logs: string;
  log_count: number;
  readonly start_time: string | null;
  end_time: string | null;
}

interface StepLog {
  readonly step_name: string;
  readonly step_order: number;
  readonly status: string;
  readonly host_logs: Record<string, HostLog>;
}

/** The answer that ops-jobs gave before logs were asked for host by host: lines of all of them, sorted out. */
export async function toWholeExecution(source: LogSource, id: string, page: LogPage, options: CallOptions) {
  const execution = await source.getExecution({ execution: id }, options);
  const names = new HostNames(source, execution, options);
  const stepLogs = byName<StepLog>();
  const { lines } = page;
  const named = await names.of(lines.origins);
  for (let i = 0; i < lines.count; i++) {
    const origin = named[lines.originOf[i] ?? 0];
    if (!origin) continue;
    const { step, host } = origin;
    const log = (stepLogs[`step_${step.order}_${step.name}`] ??= stepLogOf(step));
    addLine((log.host_logs[host.id] ??= hostLogOf(host, lines, i)), lines, i);
  }
  return {
    step_logs: stepLogs,
    summary: summaryOf(execution),
    log_pointer: page.newer,
    log_size: page.total ?? lines.count,
    logs_meta: { log_pointer: page.newer, log_size: page.total ?? lines.count },
  };
}

/** Names are anybody's: `__proto__` is one like another. */
function byName<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

function stepLogOf({ name, order, status }: Step): StepLog {
  return { step_name: name, step_order: order, status: statusWord(status), host_logs: byName() };
}

function hostLogOf(host: HostResult, lines: LineBatch, first: number): HostLog {
  return {
    host_id: host.id,
    host_name: host.name,
    host_ip: host.address ?? '',
    status: statusWord(host.status),
    logs: '',
    error_logs: '',
    log_count: 0,
    start_time: isoTime(lines, first),
    end_time: null,
  };
}

function addLine(log: HostLog, lines: LineBatch, index: number): void {
  if (lines.streams[index] === stderr) log.error_logs += timedLine(lines, index);
  else log.logs += timedLine(lines, index);
  log.log_count++;
  log.end_time = isoTime(lines, index) ?? log.end_time;
}

function summaryOf(execution: Execution) {
  const { steps } = execution;
  const hosts = countsOfHosts(execution);
  return {
    total_steps: steps.length,
    success_steps: steps.filter(({ status }) => isFinished(status) && !isFailure(status)).length,
    failed_steps: steps.filter(({ status }) => isFailure(status)).length,
    total_hosts: hosts.total,
    success_hosts: hosts.success,
    failed_hosts: hosts.failed,
  };
}
