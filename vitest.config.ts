import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{grammar,src,passes,golden,bench,scripts}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
