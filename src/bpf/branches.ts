/** Negation of conditional jumps, by their rows: `if r1 == 0 goto b1; goto b2` is `if r1 != 0 goto b2; goto b1`. */

import type { IsaName } from './isa.ts';
import type { MInst } from './minst.ts';

const negations: Readonly<Record<string, string>> = {
  jeq: 'jne',
  jne: 'jeq',
  jgt: 'jle',
  jle: 'jgt',
  jge: 'jlt',
  jlt: 'jge',
  jsgt: 'jsle',
  jsle: 'jsgt',
  jsge: 'jslt',
  jslt: 'jsge',
};

/**
 * The op that jumps when `op` does not; null if the target has none: `if r1 & r2` has no negation, and cpu v1 has no
 * jumps for less.
 */
export function negatedJump(op: MInst<unknown>['op'], less: boolean): IsaName | null {
  const parts = /^(j[a-z]+)(\d\d_(?:reg|imm))$/.exec(op);
  const negated = parts === null ? undefined : negations[parts[1]!];
  if (parts === null || negated === undefined || (!less && negated.includes('l'))) return null;
  return `${negated}${parts[2]}` as IsaName;
}
