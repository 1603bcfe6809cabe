/**
 * Initialisers of package variables, folded to constants and composites of constants.
 *
 *     var a = 3; var b = [2]int{a, a << 1}   →   b = composite [3, 6]
 *
 * The value of another variable in an initialiser is that variable's own initial value, as Go's order of
 * initialisation makes it.
 */

import type { BinaryOp } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { binaryConst, boolConst, compareConst, intConst, integerRange, unaryConst } from './constants.ts';
import { checkInitialiser } from './resolve.ts';
import type { Env, GlobalEntity } from './scope.ts';
import { isBoolean, isInteger, isInvalid, isString, under } from './types.ts';

/** `known`: what is refused has had its error. */
type Folded =
  | { readonly kind: 'folded'; readonly value: TExpr }
  | { readonly kind: 'refused'; readonly span: Span; readonly known: boolean };

function refused(x: TExpr): Folded {
  return { kind: 'refused', span: x.span, known: isInvalid(x.type) };
}

function folded(value: TExpr): Folded {
  return { kind: 'folded', value };
}

/** The zero value of a type as a foldable tree, or null where there is none. */
function zero(type: Type, span: Span): TExpr | null {
  if (isInteger(type)) return { kind: 'const', type, span, value: intConst(0) };
  if (isBoolean(type)) return { kind: 'const', type, span, value: boolConst(false) };
  if (isString(type)) return { kind: 'const', type, span, value: { kind: 'string', value: '' } };
  const u = under(type);
  return u.kind === 'struct' || u.kind === 'array' ? { kind: 'composite', type, span, elements: [] } : null;
}

/** Wrap a value to its integer type, as run-time arithmetic does. */
function wrap(value: ConstValue, type: Type): ConstValue {
  const u = under(type);
  const range = u.kind === 'basic' ? integerRange(u.name) : null;
  if (range === null || value.kind !== 'int') return value;
  return intConst(
    range.signed ? BigInt.asIntN(range.bits, value.value) : BigInt.asUintN(range.bits, value.value),
  );
}

export function foldInitialiser(env: Env, x: TExpr): Folded {
  switch (x.kind) {
    case 'const':
      return folded(x);
    case 'nil':
      return refused(x);
    case 'composite':
      return foldComposite(env, x);
    case 'globalref': {
      const entity = env.checker.globals.find((g) => g.target === x.global);
      return entity === undefined ? refused(x) : foldGlobal(entity, x);
    }
    case 'convert':
      return foldConvert(env, x);
    case 'unary': {
      const inside = foldInitialiser(env, x.x);
      if (inside.kind === 'refused' || inside.value.kind !== 'const') return refused(x);
      const value = unaryConst(x.op, inside.value.value, null);
      return value === null
        ? refused(x)
        : folded({ kind: 'const', type: x.type, span: x.span, value: wrap(value, x.type) });
    }
    case 'arith':
    case 'shift':
    case 'compare':
    case 'logical':
      return foldBinary(env, x);
    case 'field':
    case 'index':
      return foldPart(env, x);
    default:
      return refused(x);
  }
}

function foldComposite(env: Env, x: Extract<TExpr, { kind: 'composite' }>): Folded {
  const elements: { index: number; value: TExpr }[] = [];
  for (const element of x.elements) {
    const value = foldInitialiser(env, element.value);
    if (value.kind === 'refused') return value;
    elements.push({ index: element.index, value: value.value });
  }
  return folded({ ...x, elements });
}

function foldGlobal(entity: GlobalEntity, x: TExpr): Folded {
  checkInitialiser(entity);
  const { target } = entity;
  if (target?.kind !== 'global') return refused(x);
  const value = target.init ?? zero(target.type, x.span);
  return value === null ? refused(x) : folded({ ...value, span: x.span });
}

function foldConvert(env: Env, x: Extract<TExpr, { kind: 'convert' }>): Folded {
  const inside = foldInitialiser(env, x.x);
  if (inside.kind === 'refused') return inside;
  const { value } = inside;
  if (value.kind === 'const')
    return folded({ ...value, type: x.type, span: x.span, value: wrap(value.value, x.type) });
  return value.kind === 'composite' ? folded({ ...value, type: x.type }) : refused(x);
}

type BinaryNode = Extract<TExpr, { kind: 'arith' | 'shift' | 'compare' | 'logical' }>;

function isBinary(x: TExpr): x is BinaryNode {
  return x.kind === 'arith' || x.kind === 'shift' || x.kind === 'compare' || x.kind === 'logical';
}

/** A left-deep chain is folded along its spine. */
function foldBinary(env: Env, x: BinaryNode): Folded {
  const spine: BinaryNode[] = [];
  let at: TExpr = x;
  while (isBinary(at)) {
    spine.push(at);
    at = at.x;
  }
  let left = foldInitialiser(env, at);
  for (const node of spine.reverse()) {
    if (left.kind === 'refused') return left;
    const right = foldInitialiser(env, node.y);
    if (right.kind === 'refused') return right;
    if (left.value.kind !== 'const' || right.value.kind !== 'const') return refused(node);
    const value = apply(node, left.value.value, right.value.value);
    if (value === null) return refused(node);
    left = folded({ kind: 'const', type: node.type, span: node.span, value: wrap(value, node.type) });
  }
  return left;
}

function apply(node: BinaryNode, x: ConstValue, y: ConstValue): ConstValue | null {
  switch (node.kind) {
    case 'compare':
      return boolConst(compareConst(node.op, x, y));
    case 'shift': {
      if (x.kind !== 'int' || y.kind !== 'int' || y.value < 0n) return null;
      const count = y.value > 64n ? 64n : y.value;
      return intConst(node.op === '<<' ? x.value << count : x.value >> count);
    }
    case 'arith':
    case 'logical': {
      const op: BinaryOp = node.op;
      if ((op === '/' || op === '%') && y.kind === 'int' && y.value === 0n) return null;
      return binaryConst(op, x, y, true);
    }
    default:
      return node satisfies never;
  }
}

function foldPart(env: Env, x: Extract<TExpr, { kind: 'field' | 'index' }>): Folded {
  const whole = foldInitialiser(env, x.x);
  if (whole.kind === 'refused') return whole;
  const i = x.kind === 'field' ? null : foldInitialiser(env, x.i);
  if (i?.kind === 'refused') return i;
  const number =
    i?.value.kind === 'const' && i.value.value.kind === 'int' ? Number(i.value.value.value) : null;
  const index = x.kind === 'field' ? x.index : number;
  if (index === null || whole.value.kind !== 'composite') return refused(x);
  const found =
    whole.value.elements.find((element) => element.index === index)?.value ?? zero(x.type, x.span);
  return found === null ? refused(x) : folded({ ...found, span: x.span });
}
