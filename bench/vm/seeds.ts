/** Many random programs of machine instructions, and a failing one made small. */

import type { System } from '../../src/kernel/system.ts';
import { compareRuns, type Failure } from './compare.ts';
import { inputsOf, inputsPerProgram } from './inputs.ts';
import { machineOf, randomProgram, type RandomProgram } from './program.ts';

export interface FoundFailure extends Failure {
  readonly seed: number;
}

export interface SeedsResult {
  readonly programs: number;
  readonly runs: number;
  /** Programs that the kernel cannot load for a bug of its own, or that are over its limits. */
  readonly notLoaded: number;
  /** Programs that the kernel runs wrongly, see `kernelBugs`. */
  readonly wrongThere: number;
  /** Programs that contain it, by kind and by piece. */
  readonly constructs: Readonly<Record<string, number>>;
  readonly failures: readonly FoundFailure[];
}

/** The verifier of 6.18 removes a function that only dead code takes the address of, and then misses it. */
const ownBug = /^verifier bug: No program to jit/;

/** Seeds that the kernel runs wrongly, and why. */
const kernelBugs: ReadonlyMap<number, string> = new Map([
  [
    2717,
    'the verifier takes the index of a tail call for a constant, though a callback changes the word that it is read ' +
      'from with an atomic fetch; with a plain load instead, it does not',
  ],
]);

export function examine(system: System, program: RandomProgram): Failure | null {
  return compareRuns(system, machineOf(program), program.kind, inputsOf(program.kind, program.seed));
}

export function runSeeds(system: System, from: number, count: number): SeedsResult {
  const constructs: Record<string, number> = {};
  const failures: FoundFailure[] = [];
  let [notLoaded, wrongThere] = [0, 0];
  for (let seed = from; seed < from + count; seed++) {
    const program = randomProgram(seed);
    for (const name of new Set([program.kind.name, ...program.pieces.map((piece) => piece.name)]))
      constructs[name] = (constructs[name] ?? 0) + 1;
    const failure = examine(system, program);
    if (failure === null) continue;
    if (failure.kind === 'rejected' && ownBug.test(failure.signature)) notLoaded++;
    else if (failure.kind === 'mismatch' && kernelBugs.has(seed)) wrongThere++;
    else failures.push({ ...failure, seed });
  }
  return { programs: count, runs: count * inputsPerProgram, notLoaded, wrongThere, constructs, failures };
}

/** The program without all pieces that its failure does not need. */
export function reduced(system: System, program: RandomProgram): RandomProgram {
  const wanted = examine(system, program);
  if (wanted === null) return program;
  let best = program;
  for (let size = Math.ceil(best.pieces.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < best.pieces.length; ) {
      const pieces = [...best.pieces.slice(0, at), ...best.pieces.slice(at + size)];
      const failure = examine(system, { ...best, pieces });
      if (failure?.kind === wanted.kind && failure.signature === wanted.signature) best = { ...best, pieces };
      else at += size;
    }
  return best;
}
