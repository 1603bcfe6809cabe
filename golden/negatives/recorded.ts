/** What scripts/record-refusals.ts keeps of a kernel's judgements on forced programs: `verdicts-6.1.json`. */

import type { Judgement } from './judge.ts';

export interface Recorded {
  readonly release: string;
  readonly verdicts: readonly { readonly name: string; readonly judgement: Judgement }[];
}
