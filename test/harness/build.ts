import { build } from '../../esbuild.mjs';

/** Vitest calls it once before the tiers that need what is built. */
export async function setup(): Promise<void> {
  await build();
}
