/**
 * Rewrite rules as text, and their meaning over any bit-vector algebra: the same object is applied by a pass (with
 * bigints) and proved by the solver (with expressions).
 *
 *     (and (or $x C1) C2) => (and $x C2)        when (icmp.eq (and C1 C2) 0)
 *
 * `$x` is any value, a capital a constant, a number a constant of that (signed) value, `width` the width in bits. Ops are
 * rows of the SSA op table, with their `sem`; beside them there are a few functions of constants (`log2`, `pow2`).
 * Guards are expressions over constants, or facts about the bits of a value (`known-zero`, `known-ult`).
 */

import { assert, unreachable } from '../../src/base/assert.ts';
import type { Algebra } from '../../src/base/algebra.ts';
import { type OpName, type OpRow, opRow, ops } from '../../src/ir/ops.ts';

export type Expr =
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: bigint }
  | { readonly kind: 'width' }
  | { readonly kind: 'op'; readonly op: OpName; readonly args: readonly Expr[] }
  | { readonly kind: 'function'; readonly name: FunctionName; readonly args: readonly Expr[] };

export interface Rule {
  readonly name: string;
  readonly lhs: Extract<Expr, { kind: 'op' }>;
  readonly rhs: Expr;
  readonly guards: readonly Expr[];
}

/** Functions of constants and facts about values; w is the width of the first argument. Facts give 1-bit vectors. */
export const functions = {
  /** Index of the highest bit of a power of two. */
  log2: (<V>(k: Algebra<V>, x: readonly V[], w: number): V => {
    let result = k.constant(0n, w);
    for (let i = 1n; i < w; i++) {
      result = k.ite(k.eq(x[0]!, k.constant(1n << i, w), w), k.constant(i, w), result, w);
    }
    return result;
  }) as Meaning,
  pow2: ((k, x, w) => {
    const zero = k.constant(0n, w);
    const lower = k.sub(x[0]!, k.constant(1n, w), w);
    const single = k.eq(k.and(x[0]!, lower, w), zero, w);
    return k.and(single, k.not(k.eq(x[0]!, zero, w)), 1);
  }) as Meaning,
  /** All bits of the mask are 0 in the value. */
  'known-zero': ((k, x, w) => k.eq(k.and(x[0]!, x[1]!, w), k.constant(0n, w), w)) as Meaning,
  /** The value is below the constant, unsigned. */
  'known-ult': ((k, x, w) => k.ult(x[0]!, x[1]!, w)) as Meaning,
} as const;

type Meaning = <V>(k: Algebra<V>, x: readonly V[], w: number) => V;
export type FunctionName = keyof typeof functions;

const isOp = (name: string): name is OpName => Object.hasOwn(ops, name);
const isFunction = (name: string): name is FunctionName => Object.hasOwn(functions, name);

function atom(token: string): Expr {
  if (token === 'width') return { kind: 'width' };
  if (token.startsWith('$')) return { kind: 'value', name: token };
  if (/^[A-Z]\w*$/.test(token)) return { kind: 'constant', name: token };
  return { kind: 'literal', value: BigInt(token) };
}

export function parseExpr(text: string): Expr {
  const tokens = text.match(/[()]|[^()\s]+/g) ?? [];
  let at = 0;
  const read = (): Expr => {
    const token = tokens[at++] ?? unreachable(`the rule ends early: ${text}`);
    if (token !== '(') return atom(token);
    const head = tokens[at++] ?? '';
    const args: Expr[] = [];
    while (tokens[at] !== ')') args.push(read());
    at++;
    if (isOp(head)) return { kind: 'op', op: head, args };
    return {
      kind: 'function',
      name: isFunction(head) ? head : unreachable(`no op ${head} in ${text}`),
      args,
    };
  };
  const expr = read();
  assert(at === tokens.length, `the rule goes on: ${text}`);
  return expr;
}

export function parseRule(name: string, text: string, when: readonly string[] = []): Rule {
  const [left, right] = text.split('=>');
  const lhs = parseExpr(left ?? '');
  assert(lhs.kind === 'op', `${name} rewrites an operation`);
  return { name, lhs, rhs: parseExpr(right ?? ''), guards: when.map(parseExpr) };
}

/** Does the expression consist of constants only? */
export function isConstant(e: Expr): boolean {
  switch (e.kind) {
    case 'value':
      return false;
    case 'op':
    case 'function':
      return e.args.every(isConstant);
    default:
      return true;
  }
}

/** Names of the values and constants in an expression, each once. */
export function namesOf(e: Expr): readonly string[] {
  if (e.kind === 'value' || e.kind === 'constant') return [e.name];
  return e.kind === 'op' || e.kind === 'function' ? [...new Set(e.args.flatMap(namesOf))] : [];
}

/** Width of an expression; null: any (literals), and undefined: the widths in it do not fit together. */
export function widthOfExpr(e: Expr, widths: ReadonlyMap<string, number>): number | null | undefined {
  switch (e.kind) {
    case 'value':
    case 'constant':
      return widths.get(e.name);
    case 'literal':
    case 'width':
      return null;
    case 'function':
      return argumentWidth(e.args, widths);
    case 'op': {
      const row = opRow(e.op);
      const own = operandWidth(e, row, widths);
      if (own === undefined) return undefined;
      return row.result === 'i32' ? 32 : row.result === 'i64' ? 64 : own;
    }
  }
}

/** The width that all of them have; null if any would do. */
function argumentWidth(
  args: readonly Expr[],
  widths: ReadonlyMap<string, number>,
): number | null | undefined {
  let common: number | null = null;
  for (const a of args) {
    const w = widthOfExpr(a, widths);
    if (w === undefined || (w !== null && common !== null && w !== common)) return undefined;
    common ??= w;
  }
  return common;
}

/** Width of an op's arguments: fixed by the row, or what its arguments have. */
function operandWidth(
  e: Extract<Expr, { kind: 'op' }>,
  row: OpRow,
  widths: ReadonlyMap<string, number>,
): number | null | undefined {
  const own = argumentWidth(e.args, widths);
  const first = row.args === 'rest' ? 'any' : (row.args[0] ?? 'any');
  const fixed = first === 'i32' ? 32 : first === 'i64' ? 64 : null;
  if (own === undefined || (fixed !== null && own !== null && own !== fixed)) return undefined;
  return fixed ?? own;
}

export interface Binding<V> {
  readonly value: V;
  readonly width: number;
}

/** The value of an expression whose widths fit; `want` is the width of literals that stand alone. */
export function evaluateExpr<V>(
  k: Algebra<V>,
  e: Expr,
  env: ReadonlyMap<string, Binding<V>>,
  want: number,
): V {
  const widths = new Map(Array.from(env, ([name, b]) => [name, b.width]));
  const go = (x: Expr, width: number): V => {
    switch (x.kind) {
      case 'value':
      case 'constant':
        return (env.get(x.name) ?? unreachable(`${x.name} is bound`)).value;
      case 'literal':
        return k.constant(x.value, width);
      case 'width':
        return k.constant(BigInt(width), width);
      case 'function': {
        const w = argumentWidth(x.args, widths) ?? width;
        return functions[x.name](
          k,
          x.args.map((a) => go(a, w)),
          w,
        );
      }
      case 'op': {
        const row = opRow(x.op);
        const w = operandWidth(x, row, widths) ?? width;
        const sem = row.sem ?? unreachable(`${x.op} has a meaning`);
        return sem(
          k,
          x.args.map((a) => go(a, w)),
          w,
          0n,
        );
      }
    }
  };
  return go(e, want);
}
