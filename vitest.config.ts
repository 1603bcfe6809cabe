import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Files that stand alone, one after the other and last: they read the kernel's trace pipe, which has one reader at a time,
 * or put another pass in the place of one.
 */
const alone = [
  'src/kernel/kernel.test.ts',
  'src/cli/kernel.test.ts',
  'golden/e2e/hello.test.ts',
  'golden/gotest/programs.test.ts',
  'golden/proofs.test.ts',
];

const all = '{grammar,src,passes,golden,bench,scripts}/**/*.test.ts';
const common = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks' } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'together',
          include: [all],
          exclude: alone,
          // Files share a worker: the compiler is loaded, and made fast by the engine, once for many of them.
          isolate: false,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'alone',
          include: alone,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
