/** Kinds of executions that are shown in words and pictures of their own. Systems may have any other. */
export const knownKinds = [
  'command',
  'pipeline',
  'deployment',
  'checkpoint',
  'cron job',
  'plan_decompose',
  'plan_execute',
  'chat_action',
  'chat_deep_think',
  'task_operation',
  'phagescope_track',
  'code_executor',
] as const;

export type KnownKind = (typeof knownKinds)[number];

const runs: ReadonlySet<KnownKind> = new Set(['command', 'pipeline', 'deployment', 'checkpoint', 'cron job']);

export function knownKind(kind: string | undefined): KnownKind | undefined {
  return knownKinds.find((known) => known === kind);
}

/** True for what a job API runs in the background: one log, looked at for its outcome. */
export function isJobKind(kind: string | undefined): boolean {
  const known = knownKind(kind);
  return known !== undefined && !runs.has(known);
}
