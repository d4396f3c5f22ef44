import { extensions, type Event } from 'vscode';
import { setTimeout as pause } from 'node:timers/promises';
import type { Activated } from '../../src/extension/extension.ts';

/** The extension as it runs beside these tests. */
export async function activated(): Promise<Activated> {
  const extension = extensions.getExtension<Activated>('execution-logs.execution-logs');
  if (!extension) throw new Error('the extension is not there');
  return extension.activate();
}

/** Asks again until the answer is yes: what `expect.poll` is elsewhere. The runner ends it when it takes too long. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(20);
}

/** What an event tells while `work` goes on and until `enough`. */
export async function told<T>(
  event: Event<T>,
  work: () => Promise<unknown>,
  enough: (all: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const all: T[] = [];
  const listening = event((value) => all.push(value));
  try {
    await work();
    await until(() => enough(all));
    return all;
  } finally {
    listening.dispose();
  }
}
