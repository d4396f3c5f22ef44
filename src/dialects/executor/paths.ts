import type { LogScope } from '../../model/query.ts';
import { pathSegment } from '../pathSegment.ts';

const records = '/api/executor/execution-records/';
const realtime = '/api/realtime/sse/';

/** Where things are under the API, by their ids. Throws notFound for ids that no path can hold. */
export const paths = {
  capabilities: '/api/executor/capabilities/',
  statistics: '/api/executor/statistics/',
  executions: records,
  execution: (execution: string) => `${records}${segment(execution)}`,
  metrics: (execution: string) => `${records}${segment(execution)}metrics/`,
  steps: (execution: string) => `${records}${segment(execution)}steps/`,
  step: (execution: string, step: string) => `${records}${segment(execution)}steps/${segment(step)}`,
  host: (execution: string, step: string, host: string) =>
    `${records}${segment(execution)}steps/${segment(step)}hosts/${segment(host)}`,
  log: ({ execution, step, host }: LogScope) => {
    const inStep = step === undefined ? '' : `steps/${segment(step)}`;
    const onHost = host === undefined ? '' : `hosts/${segment(host)}`;
    return `${records}${segment(execution)}${inStep}${onHost}logs/`;
  },
  logStream: (execution: string) => `${realtime}logs/${segment(execution)}`,
  changes: `${realtime}changes/`,
};

/** One id and a slash. */
function segment(id: string): string {
  return `${pathSegment(id)}/`;
}
