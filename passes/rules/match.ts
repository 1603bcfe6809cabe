/**
 * Finds a rule's left side in a function, and builds its right side.
 *
 *     (add (add $x C1) C2) => (add $x (add C1 C2))      v3 = add v2, 8 with v2 = add v0, 8:  $x = v0, C1 = 8, C2 = 8
 *
 * Only what is around the instruction is read. A match tells how many inner instructions nothing else uses, so that a
 * rewrite can be refused that would leave more of them.
 */

import { copyInstr } from '../../src/ir/copy.ts';
import { must } from '../../src/base/assert.ts';
import { bigintAlgebra } from '../../src/base/bigint-algebra.ts';
import { type Instr, type IrType, type ValueId, widthOf } from '../../src/ir/ir.ts';
import { type KnownBits, maximum, nothingKnown } from '../../src/ir/known-bits.ts';
import { opRow } from '../../src/ir/ops.ts';
import { type Binding, type Expr, evaluateExpr, isConstant, type Rule } from './expr.ts';

/** What is known of values, by id. */
export interface Values {
  readonly definitions: readonly (Instr | undefined)[];
  readonly types: readonly (IrType | undefined)[];
  readonly uses: Int32Array;
  readonly bits: readonly KnownBits[];
}

export interface Match {
  readonly env: Map<string, Binding<bigint>>;
  readonly values: Map<string, ValueId>;
  /** Names in the order in which they were bound. */
  readonly bound: string[];
  /** Inner instructions that matched and that nothing else uses. */
  freed: number;
  /** Did a constant match that no immediate holds? */
  wide: boolean;
}

export const isS32 = (n: bigint): boolean => BigInt.asIntN(32, n) === n;

export function constantValue(k: Values, v: ValueId): bigint | null {
  const d = k.definitions[v];
  return d?.op === 'const' && typeof d.imm === 'bigint' ? BigInt.asUintN(widthOf(d.type), d.imm) : null;
}

export function typeOf(k: Values, v: ValueId): IrType {
  return k.definitions[v]?.type ?? must(k.types[v], `v${v} has a type`);
}

/** An instruction that makes the constant instead. */
export const constant = (i: Instr, value: bigint): Instr =>
  copyInstr(i, { op: 'const', args: [], imm: BigInt.asIntN(widthOf(i.type), value) });

/** Can the pattern match, as far as its outermost operation tells? Most rules end here. */
function couldBe(k: Values, p: Expr, v: ValueId | undefined): boolean {
  if (v === undefined) return false;
  switch (p.kind) {
    case 'value':
      return true;
    case 'constant':
    case 'literal':
      return k.definitions[v]?.op === 'const';
    case 'op':
      return k.definitions[v]?.op === p.op;
    case 'width':
    case 'function':
      return false;
  }
}

function couldMatch(k: Values, rule: Rule, i: Instr): boolean {
  const [first, second] = rule.lhs.args;
  if (first === undefined) return true;
  const [x, y] = i.args;
  if (couldBe(k, first, x) && (second === undefined || couldBe(k, second, y))) return true;
  return second !== undefined && isCommutative(i) && couldBe(k, first, y) && couldBe(k, second, x);
}

const isCommutative = (i: Instr): boolean => opRow(i.op).commutative === true;

function bind(k: Values, m: Match, name: string, v: ValueId, value: bigint): boolean {
  const old = m.values.get(name);
  if (old !== undefined) {
    const known = constantValue(k, v);
    return (
      old === v || (known !== null && known === constantValue(k, old) && typeOf(k, v) === typeOf(k, old))
    );
  }
  m.values.set(name, v);
  m.env.set(name, { value, width: widthOf(typeOf(k, v)) });
  m.bound.push(name);
  return true;
}

function matchExpr(k: Values, e: Expr, v: ValueId, m: Match): boolean {
  switch (e.kind) {
    case 'value':
      return typeOf(k, v) !== 'ptr' && bind(k, m, e.name, v, constantValue(k, v) ?? 0n);
    case 'constant': {
      const value = constantValue(k, v);
      if (value === null || typeOf(k, v) === 'ptr') return false;
      if (!isS32(BigInt.asIntN(widthOf(typeOf(k, v)), value))) m.wide = true;
      return bind(k, m, e.name, v, value);
    }
    case 'literal': {
      const width = widthOf(typeOf(k, v));
      return typeOf(k, v) !== 'ptr' && constantValue(k, v) === BigInt.asUintN(width, e.value);
    }
    case 'op': {
      const d = k.definitions[v];
      if (d === undefined || d.op !== e.op) return false;
      if (k.uses[v] === 1) m.freed++;
      return matchArgs(k, e.args, d, m);
    }
    case 'width':
    case 'function':
      return false;
  }
}

/** Matches in the given order; binds nothing if it fails. */
function matchInOrder(
  k: Values,
  patterns: readonly Expr[],
  x: ValueId | undefined,
  y: ValueId | undefined,
  m: Match,
): boolean {
  const { freed, wide } = m;
  const mark = m.bound.length;
  const order = [x, y];
  if (patterns.every((p, at) => matchExpr(k, p, must(order[at], 'an operand'), m))) return true;
  while (m.bound.length > mark) {
    const name = must(m.bound.pop(), 'a name');
    m.values.delete(name);
    m.env.delete(name);
  }
  m.freed = freed;
  m.wide = wide;
  return false;
}

function matchArgs(k: Values, patterns: readonly Expr[], i: Instr, m: Match): boolean {
  const [x, y] = i.args;
  if (matchInOrder(k, patterns, x, y, m)) return true;
  // A pattern with the constant on the left is there to move it to the right.
  const turns = patterns[0]?.kind === 'constant' && patterns[1]?.kind === 'value';
  return isCommutative(i) && !turns && x !== y && matchInOrder(k, patterns, y, x, m);
}

function guardHolds(k: Values, g: Expr, m: Match): boolean {
  if (g.kind === 'function' && (g.name === 'known-zero' || g.name === 'known-ult')) {
    const [subject, bound] = g.args;
    const v = subject?.kind === 'value' ? m.values.get(subject.name) : undefined;
    if (v === undefined || bound === undefined) return false;
    const w = widthOf(typeOf(k, v));
    const known = k.bits[v] ?? nothingKnown;
    const limit = evaluateExpr(bigintAlgebra, bound, m.env, w);
    return g.name === 'known-zero' ? (limit & ~known.zeros) === 0n : maximum(known, w) < limit;
  }
  return evaluateExpr(bigintAlgebra, g, m.env, 64) !== 0n;
}

/** The rule's left side in the instruction, guards included; null: it is not there. */
export function matchRule(k: Values, rule: Rule, i: Instr): Match | null {
  if (!couldMatch(k, rule, i)) return null;
  const m: Match = { env: new Map(), values: new Map(), bound: [], freed: 0, wide: false };
  if (!matchArgs(k, rule.lhs.args, i, m)) return null;
  return rule.guards.every((g) => guardHolds(k, g, m)) ? m : null;
}

/**
 * The right side: an existing value, or the instruction itself changed, with the instructions before it in `made`; null
 * where types do not fit.
 */
export function buildSide(
  k: Values & { readonly fresh: () => ValueId },
  e: Expr,
  i: Instr,
  m: Match,
  made: Instr[],
): Instr | ValueId | null {
  if (e.kind === 'value') {
    const v = must(m.values.get(e.name), `${e.name} is bound`);
    return typeOf(k, v) === i.type ? v : null;
  }
  if (isConstant(e)) return constant(i, evaluateExpr(bigintAlgebra, e, m.env, widthOf(i.type)));
  if (e.kind !== 'op') return null;
  const row = opRow(e.op);
  const first = row.args === 'rest' ? 'any' : (row.args[0] ?? 'any');
  const operand: IrType | null =
    first === 'T' ? i.type : first === 'i32' || first === 'i64' ? first : operandType(k, e.args, m);
  if (operand === null) return null;
  const args: ValueId[] = [];
  for (const a of e.args) {
    const bound = a.kind === 'value' || a.kind === 'constant' ? m.values.get(a.name) : undefined;
    if (bound !== undefined) {
      if (typeOf(k, bound) !== operand) return null;
      args.push(bound);
      continue;
    }
    const result = k.fresh();
    const sub = buildSide(k, a, copyInstr(i, { result, type: operand, imm: null }), m, made);
    if (sub === null || typeof sub === 'number') return null;
    made.push(sub);
    args.push(result);
  }
  return copyInstr(i, { op: e.op, args, imm: null });
}

/** Type of a comparison's operands: that of the first value among them, or in operations of one type among them. */
function operandType(k: Values, args: readonly Expr[], m: Match): IrType | null {
  for (const a of args) {
    const v = a.kind === 'value' ? m.values.get(a.name) : undefined;
    if (v !== undefined) return typeOf(k, v);
    if (a.kind !== 'op') continue;
    const { result } = opRow(a.op);
    const type =
      result === 'i32' || result === 'i64' ? result : result === 'T' ? operandType(k, a.args, m) : null;
    if (type !== null) return type;
  }
  return null;
}
