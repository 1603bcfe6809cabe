import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that read the kernel's trace pipe, which has one reader at a time: they come last, one after the other. */
const traced = [
  'src/kernel/kernel.test.ts',
  'src/cli/kernel.test.ts',
  'golden/e2e/hello.test.ts',
  'golden/gotest/programs.test.ts',
];

const all = '{grammar,src,passes,golden,bench,scripts}/**/*.test.ts';
/** Files share a worker: the compiler is loaded, and made fast by the engine, once for many of them. */
const common = { testTimeout: 60_000, hookTimeout: 120_000, pool: 'forks', isolate: false } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'together',
          include: [all],
          exclude: traced,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'traced',
          include: traced,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
