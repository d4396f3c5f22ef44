import type { Database } from './database.ts';

/** What is kept takes so many bytes of the store's file; the rest of it is there to be written again. Call within a read. */
export function usedBytes(db: Database): number {
  const told = (name: string): number => Number(db.get(`PRAGMA ${name}`)?.[name] ?? 0);
  return (told('page_count') - told('freelist_count')) * told('page_size');
}
