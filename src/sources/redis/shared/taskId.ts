/** Whose lines a task writes. */
export interface TaskPlace {
  readonly step: string;
  readonly host: string;
}

/**
 * Reads `{execution}_{step}_{host}_{random}`, the only place where agents say which step they work for. What is known
 * of execution and host from elsewhere tells where the parts end, so that parts may hold a `_` themselves.
 */
export function placeOfTask(task: string, execution: string, host?: string): TaskPlace | undefined {
  const start = `${execution}_`;
  if (!task.startsWith(start)) return undefined;
  const rest = task.slice(start.length);
  const end = host ? rest.lastIndexOf(`_${host}_`) : -1;
  if (host && end > 0) return { step: rest.slice(0, end), host };
  const parts = rest.split('_');
  const [step, its] = parts;
  return parts.length >= 3 && step && its ? { step, host: its } : undefined;
}

/** The execution a task belongs to, when nothing else names it. */
export function executionOfTask(task: string): string | undefined {
  const parts = task.split('_');
  return parts.length >= 4 && parts[0] ? parts[0] : undefined;
}
