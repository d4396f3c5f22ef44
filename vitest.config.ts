import { defineConfig } from 'vitest/config';

const node = (name: string, timeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: timeout, hookTimeout: timeout },
});

export default defineConfig({
  test: {
    projects: [node('unit', 10_000), node('contract', 60_000), node('faults', 120_000)],
  },
});
