/** Many seeds at once: generated, built and run by Go together, then examined one by one. */

import type { System } from '../../src/kernel/system.ts';
import type { Construct } from './constructs.ts';
import { type Combination, examine, type Failure } from './execute.ts';
import { inputsFor } from './inputs.ts';
import { runNatively } from './native.ts';
import { type Generated, generate } from './program.ts';
import { randomFrom } from './random.ts';
import { goFile } from './text.ts';

export const combinations: readonly Combination[] = (['0', '2', 's'] as const).flatMap((optimize) =>
  (['v1', 'v2', 'v3', 'v4'] as const).map((cpu) => ({ optimize, cpu })),
);

export const inputsPerProgram = 20;

export const combinationName = ({ optimize, cpu }: Combination): string => `-O${optimize} ${cpu}`;

/** The combination of a seed, always the same. */
export const combinationOf = (seed: number): Combination => randomFrom(seed + 2 ** 40).pick(combinations);

export interface FoundFailure extends Failure {
  readonly seed: number;
  readonly combination: string;
}

export interface BatchResult {
  readonly from: number;
  readonly count: number;
  readonly combinations: Readonly<Record<string, number>>;
  readonly constructs: Readonly<Record<string, number>>;
  readonly everyPass: number;
  readonly runs: number;
  /** Programs over a limit that the contract names: the stack, the verifier's effort. */
  readonly overLimit: number;
  readonly failures: readonly FoundFailure[];
}

export interface Prepared {
  readonly generated: Generated;
  readonly combination: Combination;
  readonly inputs: ReturnType<typeof inputsFor>;
}

export function prepare(seed: number): Prepared {
  const combination = combinationOf(seed);
  return {
    generated: generate(seed, combination.cpu),
    combination,
    inputs: inputsFor(randomFrom(seed + 2 ** 41), inputsPerProgram),
  };
}

const limits: ReadonlySet<string> = new Set(['too-complex', 'stack-too-large']);

const count = (into: Record<string, number>, name: string): void => {
  into[name] = (into[name] ?? 0) + 1;
};

export function runBatch(from: number, size: number, system: System | null): BatchResult {
  const prepared = Array.from({ length: size }, (_, i) => prepare(from + i));
  const native = runNatively(
    prepared.map(({ generated, inputs }) => ({ tree: generated.tree, maps: generated.maps, inputs })),
  );
  const combos: Record<string, number> = {};
  const constructs: Record<string, number> = {};
  const failures: FoundFailure[] = [];
  let everyPass = 0;
  let overLimit = 0;
  prepared.forEach(({ generated, combination, inputs }, i) => {
    const { seed } = generated;
    count(combos, combinationName(combination));
    for (const name of generated.constructs satisfies readonly Construct[]) count(constructs, name);
    const expected = native[i];
    const every = seed % 100 === 0;
    if (every) everyPass++;
    const found = ((): Failure | null => {
      if (expected === undefined) return null;
      if (expected.kind === 'refused')
        return { kind: 'go', signature: 'Go refuses it', detail: expected.message };
      return examine({
        text: goFile(generated.tree, ''),
        inputs,
        combination,
        expected: expected.lines,
        everyPass: every,
        system,
        kernelLog: seed % 50 === 0 && generated.constructs.includes('trace-printk'),
      });
    })();
    if (found?.kind === 'refused' && limits.has(found.signature)) overLimit++;
    else if (found !== null) failures.push({ ...found, seed, combination: combinationName(combination) });
  });
  return {
    from,
    count: size,
    combinations: combos,
    constructs,
    everyPass,
    overLimit,
    runs: size * inputsPerProgram,
    failures,
  };
}
