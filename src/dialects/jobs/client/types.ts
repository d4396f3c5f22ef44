import { usualType } from '../words.ts';
import type { Fields } from '../../values.ts';
import { textIn } from './fields.ts';

/** What jobs of a type are called where they have no name of their own. */
const titles: Readonly<Record<string, string>> = {
  plan_decompose: 'Task decomposition',
  plan_execute: 'Plan execution',
  task_operation: 'Action',
  chat_action: 'Action',
  chat_deep_think: 'Deep thinking',
  phagescope_track: 'PhageScope tracking',
};

/** Older jobs name no type: there was only one. */
export function typeIn(job: Fields): string {
  return textIn(job, 'job_type') ?? usualType;
}

export function titleOf(type: string): string {
  return Object.hasOwn(titles, type) ? (titles[type] ?? type) : type;
}
