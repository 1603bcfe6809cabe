/**
 * One seed's failure, reduced and printed:
 *
 *     npm run fuzz -- --reduce 1234
 */

import type { System } from '../../src/kernel/system.ts';
import { combinationName, prepare } from './batch.ts';
import { examine, type Failure } from './execute.ts';
import { type NativeResult, runNatively } from './native.ts';
import type { Piece } from './piece.ts';
import { shrink } from './shrink.ts';
import { goFile } from './text.ts';

export interface Reduced {
  readonly source: string;
  readonly failure: Failure;
  readonly combination: string;
}

/** null: the seed does not fail. */
export function reduce(seed: number, system: System | null): Reduced | null {
  const { generated, combination, inputs } = prepare(seed);
  const { maps } = generated;
  const present = (tree: Piece) =>
    maps.filter((map) => goFile(tree, '').includes(`var ${map.name.replace(/^ZQ/, '')}`));
  const judge = (tree: Piece, native: NativeResult | null): Failure | null => {
    if (native?.kind === 'refused') return { kind: 'go', signature: 'Go refuses it', detail: native.message };
    const expected = native?.lines ?? null;
    const text = goFile(tree, '');
    return examine({ text, inputs, combination, expected, everyPass: false, system, kernelLog: false });
  };
  const natively = (trees: readonly Piece[]): readonly NativeResult[] =>
    runNatively(trees.map((tree) => ({ tree, maps: present(tree), inputs })));
  const [first] = natively([generated.tree]);
  const failure = first === undefined ? null : judge(generated.tree, first);
  if (failure === null) return null;
  const alike = (other: Failure | null): boolean =>
    other !== null && other.kind === failure.kind && other.signature === failure.signature;
  const needsGo = failure.kind === 'mismatch' || failure.kind === 'go';
  const fails = (candidates: readonly Piece[]): readonly boolean[] => {
    const whole = candidates.map((tree) => /^type Args [\s\S]*^func Main\(/m.test(goFile(tree, '')));
    if (!needsGo) return candidates.map((tree, i) => whole[i] === true && alike(judge(tree, null)));
    // Only what bpfc takes is worth a build.
    const worth = candidates.map((tree, i) => {
      const text = goFile(tree, '');
      const alone = { inputs, combination, expected: null, everyPass: false, system: null, kernelLog: false };
      return whole[i] === true && examine({ ...alone, text }) === null;
    });
    const kept = candidates.filter((_, i) => worth[i]);
    const results = kept.length === 0 ? [] : natively(kept);
    const verdicts = new Map(kept.map((tree, i) => [tree, alike(judge(tree, results[i] ?? null))]));
    return candidates.map((tree) => verdicts.get(tree) ?? false);
  };
  const tree = shrink(generated.tree, fails);
  const [last] = natively([tree]);
  return {
    source: goFile(tree, ''),
    failure: judge(tree, last ?? null) ?? failure,
    combination: combinationName(combination),
  };
}
