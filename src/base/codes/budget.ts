import type { CodeRow } from './row.ts';

/** What the final check says: the verifier's effort is a budget. */
export const budgetCodes = {
  'unbounded-loop': {
    severity: 'error',
    message: 'this loop has no bound that the verifier can see',
    help: 'give it one that is a constant, such as i < 1000 beside its condition{newer}',
  },
  'too-complex': {
    severity: 'error',
    message:
      'too complex for the verifier: this loop goes round {factor} times in the {walked} instructions that it walks',
    help: 'the limit is 1000000 instructions over all paths: fewer rounds, or fewer ways through one{newer}',
  },
  'too-many-paths': {
    severity: 'error',
    message: 'too complex for the verifier: {func} has more paths than it walks',
    help: 'the limit is 1000000 instructions over all paths: move a part to a function with //go:noinline, or decide in fewer steps',
  },
} as const satisfies Record<string, CodeRow>;
