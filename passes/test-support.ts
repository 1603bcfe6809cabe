/**
 * For tests of passes: textual SSA in, textual SSA out, everything verified on the way; and the check that a pass
 * preserves what random programs can be seen to do.
 */

import { Diagnostics } from '../src/base/diagnostic.ts';
import { sourceFile } from '../src/base/source.ts';
import type { Module } from '../src/ir/ir.ts';
import { observe } from '../src/ir/observe.ts';
import { parseModule } from '../src/ir/parse.ts';
import { printModule } from '../src/ir/print.ts';
import { randomModule } from '../src/ir/random.ts';
import { formatProblem, verifyModule } from '../src/ir/verify.ts';
import type { Pass, PassContext, Target } from './pass.ts';

export const testTarget: Target = {
  cpu: 'v3',
  endian: 'little',
  arch: 'x86_64',
  kernel: [5, 15],
  opt: '2',
  sections: true,
};

export const testContext = (target: Partial<Target> = {}): PassContext => ({
  target: { ...testTarget, ...target },
  diagnostics: new Diagnostics(),
  files: [],
});

/** The module that a text means; throws what is wrong with it. */
export function moduleOf(text: string): Module {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'test.ir', text);
  const module = parseModule(file, diagnostics);
  if (module === null) {
    const errors = diagnostics.list.map(
      (d) => `${file.text.slice(0, d.span?.start).split('\n').length}: ${d.message}`,
    );
    throw new Error(errors.join('\n'));
  }
  return module;
}

function checked(module: Module, when: string): Module {
  const problems = verifyModule(module);
  if (problems.length > 0)
    throw new Error(`${when}: ${problems.map(formatProblem).join('\n')}\n${printModule(module)}`);
  return module;
}

export function runAll(
  module: Module,
  passes: readonly Pass<'ssa', 'ssa'>[],
  target: Partial<Target> = {},
): Module {
  let current = checked(module, 'input');
  for (const pass of passes) current = checked(pass.run(current, testContext(target)), pass.name);
  return current;
}

/**
 * Text in, text out, without the head's licence line and with value numbers in order of appearance, so that tests do
 * not depend on how passes number what they make.
 */
export function transform(
  text: string,
  passes: readonly Pass<'ssa', 'ssa'>[],
  target: Partial<Target> = {},
): string {
  return renumbered(printModule(runAll(moduleOf(text), passes, target)));
}

export function renumbered(text: string): string {
  return text
    .split(/\n(?=func )/)
    .map((part) => {
      const numbers = new Map<string, number>();
      return part.replace(/ next v\d+ b\d+ s\d+/g, '').replace(/\bv\d+\b/g, (v) => {
        if (!numbers.has(v)) numbers.set(v, numbers.size);
        return `v${numbers.get(v)}`;
      });
    })
    .join('\n')
    .replace(/^license.*\n/, '')
    .trim();
}

/** Runs random programs before and after; the first difference as text, or null. */
export function firstDifference(
  passes: readonly Pass<'ssa', 'ssa'>[],
  seeds: { readonly from: number; readonly count: number },
  target: Partial<Target> = {},
): string | null {
  const endian = target.endian ?? 'little';
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    const before = randomModule(seed);
    const after = runAll(before, passes, target);
    for (const n of [0n, BigInt(seed), -1n]) {
      const expected = observe(before, 'main', [n], endian);
      if (!expected.complete) continue;
      const actual = observe(after, 'main', [n], endian);
      if (actual.text !== expected.text) {
        return `seed ${seed}, n ${n}\nexpected ${expected.text}\nactual ${actual.text}\n${printModule(before)}\n${printModule(after)}`;
      }
    }
  }
  return null;
}
