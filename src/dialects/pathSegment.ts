import { LogError } from '../model/errors.ts';

/**
 * One id as a step of a URL's path. Throws notFound for ids that no path can hold: URLs take `.` and `..` for the way
 * they lead, however they are written.
 */
export function pathSegment(id: string): string {
  if (id === '' || id === '.' || id === '..' || /\p{Surrogate}/u.test(id))
    throw new LogError('notFound', `There is nothing called "${id}".`);
  return encodeURIComponent(id);
}
