/** Many seeds at once: generated, built and run by Go together, then examined one by one. */

import type { System } from '../../src/kernel/system.ts';
import { allPasses, optionalPasses, shuffled, without } from '../../golden/pass-choices.ts';
import { must } from '../../src/base/assert.ts';
import type { Construct } from './constructs.ts';
import { type Combination, compiles, type Examination, examine, type Failure } from './execute.ts';
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

/** Another pipeline than the level's: without an optional pass, or with optional passes in another order. */
export interface Variant {
  /** `without gvn` or `shuffled`. */
  readonly name: string;
  readonly passes: readonly string[];
}

export function variantOf(seed: number): Variant {
  const random = randomFrom(seed + 2 ** 42);
  if (random.chance(0.5)) return { name: 'shuffled', passes: shuffled(allPasses, random.below) };
  const off = random.pick(optionalPasses);
  return { name: `without ${off}`, passes: without(off) };
}

export interface FoundFailure extends Failure {
  readonly seed: number;
  readonly combination: string;
  /** The variant's name; null: the level's own pipeline. */
  readonly variant: string | null;
}

type Counts = Record<string, number>;

export interface BatchResult {
  readonly from: number;
  readonly count: number;
  readonly combinations: Readonly<Counts>;
  readonly constructs: Readonly<Counts>;
  /** Programs in which a rewrite rule was applied, by its name. */
  readonly rules: Readonly<Counts>;
  /** The same programs compiled a second time with another pipeline, by its name. */
  readonly variants: Readonly<Counts>;
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

/** What is asked of a program, once Go has run it. */
export function examinationOf(
  { generated, combination, inputs }: Prepared,
  expected: readonly string[],
  system: System | null,
): Examination {
  const { seed } = generated;
  return {
    ...compiles,
    text: goFile(generated.tree, ''),
    inputs,
    combination,
    expected,
    everyPass: seed % 100 === 0,
    system,
    kernelLog: seed % 50 === 0 && generated.constructs.includes('trace-printk'),
  };
}

/** The same with the variant's passes, at an optimising level. */
export function ofVariant(e: Examination, { passes }: Variant): Examination {
  const { optimize, cpu } = e.combination;
  return {
    ...e,
    combination: { optimize: optimize === '0' ? '2' : optimize, cpu },
    everyPass: false,
    kernelLog: false,
    passes,
  };
}

const limits: ReadonlySet<string> = new Set([
  'too-complex',
  'too-many-paths',
  'unbounded-loop',
  'stack-too-large',
]);

const isLimit = (found: Failure | null): boolean => found?.kind === 'refused' && limits.has(found.signature);

const count = (into: Counts, name: string): void => {
  into[name] = (into[name] ?? 0) + 1;
};

export function runBatch(from: number, size: number, system: System | null): BatchResult {
  const prepared = Array.from({ length: size }, (_, i) => prepare(from + i));
  const native = runNatively(
    prepared.map(({ generated, inputs }) => ({ tree: generated.tree, maps: generated.maps, inputs })),
  );
  const combos: Counts = {};
  const constructs: Counts = {};
  const rules: Counts = {};
  const variants: Counts = {};
  const failures: FoundFailure[] = [];
  let everyPass = 0;
  let overLimit = 0;
  prepared.forEach((one, i) => {
    const { generated, combination } = one;
    const { seed } = generated;
    const expected = must(native[i], 'what Go says');
    count(combos, combinationName(combination));
    for (const name of generated.constructs satisfies readonly Construct[]) count(constructs, name);
    const keep = (found: Failure | null, how: Combination, variant: string | null): void => {
      if (found !== null) failures.push({ ...found, seed, combination: combinationName(how), variant });
    };
    if (expected.kind === 'refused') {
      keep({ kind: 'go', signature: 'Go refuses it', detail: expected.message }, combination, null);
      return;
    }
    const asked = examinationOf(one, expected.lines, system);
    if (asked.everyPass) everyPass++;
    const applied = new Set<string>();
    const found = examine({ ...asked, onRule: (name) => applied.add(name) });
    for (const name of applied) count(rules, name);
    if (isLimit(found)) overLimit++;
    else keep(found, combination, null);
    const variant = variantOf(seed);
    const other = ofVariant(asked, variant);
    const foundOther = examine(other);
    count(variants, variant.name);
    if (!isLimit(foundOther)) keep(foundOther, other.combination, variant.name);
  });
  return {
    from,
    count: size,
    combinations: combos,
    constructs,
    rules,
    variants,
    everyPass,
    overLimit,
    runs: size * inputsPerProgram,
    failures,
  };
}
