/**
 * One seed's failure, reduced and printed:
 *
 *     npm run fuzz -- --reduce 1234
 */

import type { System } from '../../src/kernel/system.ts';
import { combinationName, prepare } from './batch.ts';
import { asLowered, compiles, examine, type Failure } from './execute.ts';
import { type NativeResult, runNatively } from './native.ts';
import type { Piece } from './piece.ts';
import { shrink } from './shrink.ts';
import { goFile } from './text.ts';

export interface Reduced {
  readonly source: string;
  readonly failure: Failure;
  readonly combination: string;
}

const hasMain = (text: string): boolean => /^type Args [\s\S]*^func Main\(/m.test(text);

/** null: the seed does not fail. */
export function reduce(seed: number, system: System | null): Reduced | null {
  const { generated, combination, inputs } = prepare(seed);
  const { maps } = generated;
  const present = (tree: Piece) =>
    maps.filter((map) => goFile(tree, '').includes(`var ${map.name.replace(/^ZQ/, '')}`));
  const asked = (tree: Piece, expected: readonly string[] | null, asks: System | null) => {
    const text = goFile(tree, '');
    return { ...compiles, text, inputs, combination, expected, system: asks };
  };
  const judge = (tree: Piece, native: NativeResult | null): Failure | null => {
    if (native?.kind === 'refused') return { kind: 'go', signature: 'Go refuses it', detail: native.message };
    return examine(asked(tree, native?.lines ?? null, system));
  };
  const natively = (trees: readonly Piece[]): readonly NativeResult[] =>
    runNatively(trees.map((tree) => ({ tree, maps: present(tree), inputs })));
  const [first] = natively([generated.tree]);
  const failure = first === undefined ? null : judge(generated.tree, first);
  if (failure === null) return null;
  const alike = (other: Failure | null): boolean =>
    other !== null && other.kind === failure.kind && other.signature === failure.signature;

  /** Only what bpfc takes is worth a build. */
  const byGo = (candidates: readonly Piece[]): readonly boolean[] => {
    const kept = candidates.filter(
      (tree) => hasMain(goFile(tree, '')) && examine(asked(tree, null, null)) === null,
    );
    const results = kept.length === 0 ? [] : natively(kept);
    const verdicts = new Map(kept.map((tree, i) => [tree, alike(judge(tree, results[i] ?? null))]));
    return candidates.map((tree) => verdicts.get(tree) ?? false);
  };
  const needsKernel = failure.kind === 'rejected' || failure.signature === 'kernel';
  /** The lowered program is right: what it gives stands for Go's results. */
  const byLowered = (tree: Piece): boolean => {
    const expected = failure.kind === 'mismatch' ? asLowered(asked(tree, null, null)) : null;
    if (failure.kind === 'mismatch' && expected === null) return false;
    return alike(examine(asked(tree, expected, needsKernel ? system : null)));
  };
  const needsGo = failure.kind === 'go' || failure.signature.startsWith('SSA after lower');
  const tree = needsGo
    ? shrink(generated.tree, byGo)
    : shrink(generated.tree, (candidates) => candidates.map((c) => hasMain(goFile(c, '')) && byLowered(c)), {
        atOnce: 1,
        questions: 20_000,
      });
  const [last] = natively([tree]);
  return {
    source: goFile(tree, ''),
    failure: judge(tree, last ?? null) ?? failure,
    combination: combinationName(combination),
  };
}
