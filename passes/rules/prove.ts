/**
 * Proves rewrite rules: for every assignment of widths that fits, the solver looks for values for which the guards hold
 * and the sides differ. Constants that a guard says are powers of two or shift counts are tried one by one.
 */

import { bigintAlgebra } from '../../src/base/bigint-algebra.ts';
import { type Binding, type Expr, evaluateExpr, namesOf, type Rule, widthOfExpr } from './expr.ts';
import { freeExpressions, type Vector, type Z3, z3Algebra } from './z3-algebra.ts';

export type Widths = ReadonlyMap<string, number>;

/** Every assignment of 32 and 64 bits to the rule's variables under which both sides and the guards have a width. */
export function widthsOf(rule: Rule): readonly Widths[] {
  const names = namesOf(rule.lhs);
  const result: Widths[] = [];
  for (let choice = 0; choice < 1 << names.length; choice++) {
    const widths = new Map(names.map((name, i) => [name, (choice >> i) & 1 ? 64 : 32]));
    const left = widthOfExpr(rule.lhs, widths);
    const right = widthOfExpr(rule.rhs, widths);
    const guards = rule.guards.every((g) => widthOfExpr(g, widths) !== undefined);
    if (left !== undefined && left !== null && (right === left || right === null) && guards)
      result.push(widths);
  }
  return result;
}

/**
 * Concrete values for constants that guards confine: powers of two, and a first shift count (`(icmp.ult C1 width)`).
 * One empty choice when there are none.
 */
function choices(rule: Rule, widths: Widths): readonly ReadonlyMap<string, bigint>[] {
  let result: ReadonlyMap<string, bigint>[] = [new Map()];
  const vary = (name: string, value: (n: bigint) => bigint): void => {
    const numbers = Array.from({ length: widths.get(name) ?? 0 }, (_, n) => BigInt(n));
    result = result.flatMap((chosen) => numbers.map((n) => new Map([...chosen, [name, value(n)]])));
  };
  for (const g of rule.guards) {
    if (g.kind === 'function' && g.name === 'pow2') for (const name of namesOf(g)) vary(name, (n) => 1n << n);
    const [count, limit] = g.kind === 'op' && g.op === 'icmp.ult' ? g.args : [];
    if (count?.kind === 'constant' && count.name === 'C1' && limit?.kind === 'width') vary('C1', (n) => n);
  }
  return result;
}

/** A counterexample as text, `unknown` after the time limit, or null: proved. */
async function refute(
  z: Z3,
  rule: Rule,
  widths: Widths,
  chosen: ReadonlyMap<string, bigint>,
  ms: number,
): Promise<string | null> {
  const k = z3Algebra(z);
  const env = new Map<string, Binding<Vector>>();
  for (const [name, width] of widths) {
    const fixed = chosen.get(name);
    const value = fixed === undefined ? z.BitVec.const(name, width) : z.BitVec.val(fixed, width);
    env.set(name, { value, width });
  }
  const width = widthOfExpr(rule.lhs, widths) ?? 64;
  const guardWidth = (g: Expr): number => (g.kind === 'function' ? 1 : 32);
  const solver = new z.Solver('QF_BV');
  solver.set('timeout', ms);
  for (const g of rule.guards) {
    solver.add(evaluateExpr(k, g, env, width).neq(z.BitVec.val(0n, guardWidth(g))));
  }
  solver.add(evaluateExpr(k, rule.lhs, env, width).neq(evaluateExpr(k, rule.rhs, env, width)));
  const answer = await solver.check();
  const problem = answer === 'unsat' ? null : answer === 'sat' ? solver.model().toString() : 'unknown';
  solver.release();
  await freeExpressions();
  return problem;
}

/** null: the rule holds at all widths. */
export async function prove(z: Z3, rule: Rule, ms = 10_000): Promise<string | null> {
  for (const widths of widthsOf(rule)) {
    for (const chosen of choices(rule, widths)) {
      const problem = await refute(z, rule, widths, chosen, ms);
      if (problem !== null) return `${rule.name} at ${[...widths].join(' ')}: ${problem}`;
    }
  }
  return null;
}

/** Checks the rule on given values, by bigints; for narrow widths and samples. True also where a guard does not hold. */
export function holds(rule: Rule, widths: Widths, values: ReadonlyMap<string, bigint>): boolean {
  const env = new Map(
    Array.from(
      widths,
      ([name, width]) => [name, { value: BigInt.asUintN(width, values.get(name) ?? 0n), width }] as const,
    ),
  );
  const width = widthOfExpr(rule.lhs, widths) ?? 64;
  if (rule.guards.some((g) => evaluateExpr(bigintAlgebra, g, env, width) === 0n)) return true;
  return (
    evaluateExpr(bigintAlgebra, rule.lhs, env, width) === evaluateExpr(bigintAlgebra, rule.rhs, env, width)
  );
}
